-- name: insert_shop_account
-- Says where a shop's money goes at its bank, if it is somewhere else than before.
INSERT INTO wallet.shop_accounts (shop_id, bank_account, creditor, since, set_by)
SELECT %(shop_id)s, %(bank_account)s, %(creditor)s, %(now)s, %(who)s
WHERE ARRAY[%(bank_account)s, %(creditor)s]::text[] IS DISTINCT FROM (
    SELECT ARRAY[a.bank_account, a.creditor] FROM wallet.shop_accounts a
    WHERE a.shop_id = %(shop_id)s ORDER BY a.number DESC LIMIT 1);

-- name: shop_account
-- Where a shop's money goes at its bank.
SELECT bank_account, creditor FROM wallet.shop_accounts WHERE shop_id = %(shop_id)s ORDER BY number DESC LIMIT 1;

-- name: insert_settlement
-- Notes a settlement, once a day of those that are made by themselves.
INSERT INTO wallet.settlements (payout_id, shop_id, amount_minor, on_day, asked_at)
VALUES (%(payout_id)s, %(shop_id)s, %(amount_minor)s, %(on_day)s, %(now)s) ON CONFLICT DO NOTHING RETURNING payout_id;

-- name: settlement
-- A settlement by its payout.
SELECT shop_id, amount_minor FROM wallet.settlements WHERE payout_id = %(payout_id)s;

-- name: merchants_to_settle
-- Merchants with an account at a bank and enough to be sent there, who were sent nothing for the day.
SELECT s.id FROM wallet.shops s
JOIN ledger_api.balances b ON b.account_id = s.account_id
WHERE s.kind IN ('merchant', 'biller') AND b.balance_minor >= %(least)s AND s.id > %(after)s
    AND EXISTS (SELECT FROM wallet.shop_accounts a WHERE a.shop_id = s.id)
    AND NOT EXISTS (SELECT FROM wallet.settlements t WHERE t.shop_id = s.id AND t.on_day = %(on_day)s)
ORDER BY s.id LIMIT %(most)s;

-- name: agents_without_commission
-- Agents whose commission for a day was not paid.
SELECT s.id FROM wallet.shops s
WHERE s.kind = 'agent' AND s.opened_at < %(until)s AND s.id > %(after)s
    AND NOT EXISTS (SELECT FROM wallet.commissions c WHERE c.shop_id = s.id AND c.on_day = %(on_day)s)
ORDER BY s.id LIMIT %(most)s;

-- name: insert_commission
-- Notes what an agent has earned on a day.
INSERT INTO wallet.commissions (shop_id, on_day, orders, turnover_minor, amount_minor, event_id, paid_at)
VALUES (%(shop_id)s, %(on_day)s, %(orders)s, %(turnover_minor)s, %(amount_minor)s, %(event_id)s, %(now)s)
ON CONFLICT DO NOTHING RETURNING shop_id;

-- name: commission
-- What an agent has earned on a day.
SELECT shop_id, on_day, orders, turnover_minor, amount_minor FROM wallet.commissions
WHERE shop_id = %(shop_id)s AND on_day = %(on_day)s;

-- name: humans
-- The file that stands for each of some people: two files of one human have one.
SELECT u.person_id, identity_api.canonical_id(u.person_id)
FROM unnest(%(person_ids)s::uuid[]) u (person_id);
