-- name: insert_institution
-- Adds an institution, if it is not there.
INSERT INTO payments.institutions (role, owner_ref, account_id, trust_account_id, opened_at)
VALUES (%(role)s, %(owner_ref)s, %(account_id)s, %(trust_account_id)s, %(now)s)
ON CONFLICT (role) DO NOTHING;

-- name: institutions
-- The institutions with their accounts.
SELECT role, owner_ref, account_id, trust_account_id FROM payments.institutions;

-- name: insert_programme_book
-- Adds a programme's book with the next free number, if the programme has none.
INSERT INTO payments.programme_books (programme_id, book, name, owner_ref, emoney_account_id, asset_account_id,
    free_account_id, reserved_account_id, opened_at)
SELECT %(programme_id)s, coalesce(max(b.book) + 1, %(first)s), %(name)s, %(owner_ref)s, %(emoney_account_id)s,
    %(asset_account_id)s, %(free_account_id)s, %(reserved_account_id)s, %(now)s
FROM payments.programme_books b
ON CONFLICT (programme_id) DO NOTHING;

-- name: programme_book
-- The book of one programme.
SELECT programme_id, book, name, owner_ref, emoney_account_id, asset_account_id, free_account_id,
    reserved_account_id
FROM payments.programme_books WHERE programme_id = %(programme_id)s;

-- name: insert_programme_name
-- Adds a programme's display name, unless it is called so already.
INSERT INTO payments.programme_names (programme_id, name, since)
SELECT %(programme_id)s, %(name)s, %(now)s
WHERE %(name)s IS DISTINCT FROM (SELECT n.name FROM payments.programme_names n
    WHERE n.programme_id = %(programme_id)s ORDER BY n.number DESC LIMIT 1);

-- name: programme_book_of_account
-- The book that mirrors an account of the trust book.
SELECT programme_id, book, name, owner_ref, emoney_account_id, asset_account_id, free_account_id,
    reserved_account_id
FROM payments.programme_books WHERE emoney_account_id = %(account_id)s;

-- name: insert_deposit
-- Records a confirmed credit, unless its reference is known.
INSERT INTO payments.deposits (bank_reference, event_id, account_id, amount_minor, received_at, recorded_at)
VALUES (%(bank_reference)s, %(event_id)s, %(account_id)s, %(amount_minor)s, %(received_at)s, %(now)s)
ON CONFLICT (bank_reference) DO NOTHING;

-- name: deposit
-- One confirmed credit.
SELECT bank_reference, event_id, account_id, amount_minor, received_at
FROM payments.deposits WHERE bank_reference = %(bank_reference)s;

-- name: insert_bank_balance
-- Records what the bank said.
INSERT INTO payments.bank_balances (bank, as_of, balance_minor, recorded_at)
VALUES (%(bank)s, %(as_of)s, %(balance_minor)s, %(now)s);

-- name: newest_bank_balance
-- What the bank said for the newest instant, with the deposits that came after it.
SELECT b.bank, b.as_of, b.balance_minor,
    (SELECT coalesce(sum(d.amount_minor), 0)::bigint FROM payments.deposits d WHERE d.received_at > b.as_of)
        AS received_since_minor
FROM payments.bank_balances b ORDER BY b.as_of DESC, b.number DESC LIMIT 1;

-- name: mirror_differences
-- Programmes whose asset is not what the issuer owes them: on their account, and aside for vouchers.
SELECT p.programme_id, p.book, a.balance_minor AS asset_minor, e.balance_minor AS emoney_minor
FROM payments.programme_books p
JOIN ledger_api.balances a ON a.account_id = p.asset_account_id
JOIN LATERAL (
    SELECT sum(b.balance_minor)::bigint AS balance_minor FROM ledger_api.balances b
    WHERE b.owner_ref = p.owner_ref AND b.book = %(trust_book)s) e ON true
WHERE a.balance_minor <> e.balance_minor ORDER BY p.book;

-- name: trust_book
-- The e-money that the issuer owes, and the bank money behind it.
SELECT coalesce(sum(balance_minor) FILTER (WHERE code <> ALL (%(assets)s::smallint[])), 0)::bigint AS emoney_minor,
    coalesce(sum(balance_minor) FILTER (WHERE code = ANY (%(assets)s::smallint[])), 0)::bigint AS trust_minor
FROM ledger_api.balances WHERE book = %(book)s;

-- name: sum_deposits
-- What the bank has confirmed for an account.
SELECT coalesce(sum(amount_minor), 0)::bigint FROM payments.deposits WHERE account_id = %(account_id)s;
