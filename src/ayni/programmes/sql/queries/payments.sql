-- name: list_payable
-- Unpaid entitlements of a cycle after an id, in order, with the number of the next attempt.
SELECT id, recipient_id, amount_minor, purpose, attempt
FROM programmes.payable(%(cycle_id)s, %(after)s, %(most)s);

-- name: held_back
-- Which of some entitlements may not be paid now, and why.
SELECT h.id, min(h.code) FROM programmes.held_back(%(ids)s::uuid[]) h GROUP BY h.id;

-- name: count_held_back
-- Of a cycle's unpaid entitlements: how many may not be paid now, by reason.
SELECT f.code, count(*) FROM (
    SELECT h.id, min(h.code) AS code
    FROM programmes.held_back(ARRAY (
        SELECT e.id FROM programmes.entitlements e WHERE e.cycle_id = %(cycle_id)s
            AND NOT EXISTS (SELECT FROM programmes.payments p WHERE p.entitlement_id = e.id AND p.paid))) h
    GROUP BY h.id) f
GROUP BY f.code ORDER BY f.code;

-- name: insert_payments
-- Records a batch as paid, before the ledger is asked: its lock is held no longer than needed.
INSERT INTO programmes.payments (entitlement_id, attempt, transfer_id, paid, sent, code, reason, tried_at)
SELECT u.entitlement_id, u.attempt, u.transfer_id, true, true,
    (ARRAY['paid', 'waiting', 'voucher'])[u.how], '', %(at)s
FROM unnest(%(entitlement_ids)s::uuid[], %(attempts)s::integer[], %(transfer_ids)s::uuid[], %(how)s::integer[])
    u (entitlement_id, attempt, transfer_id, how);

-- name: insert_unsent
-- Records what could not be sent, with the reasons. The attempt is not used up.
INSERT INTO programmes.payments (entitlement_id, attempt, transfer_id, paid, sent, code, reason, tried_at)
SELECT u.entitlement_id, u.attempt, u.transfer_id, false, false, u.code, u.reason, %(at)s
FROM unnest(%(entitlement_ids)s::uuid[], %(attempts)s::integer[], %(transfer_ids)s::uuid[], %(codes)s::text[],
    %(reasons)s::text[]) u (entitlement_id, attempt, transfer_id, code, reason);

-- name: amend_payments
-- Puts right the rows of this transaction that the ledger has refused.
UPDATE programmes.payments p SET paid = false, sent = u.sent, code = u.code, reason = u.reason
FROM unnest(%(entitlement_ids)s::uuid[], %(attempts)s::integer[], %(transfer_ids)s::uuid[], %(sent)s::boolean[],
    %(codes)s::text[], %(reasons)s::text[]) u (entitlement_id, attempt, transfer_id, sent, code, reason)
WHERE p.entitlement_id = u.entitlement_id AND p.attempt = u.attempt AND p.transfer_id = u.transfer_id AND p.paid;

-- name: open_totals
-- What the approved and distributed cycles of each programme still owe; 0 for a programme without any. What waits for
-- its wallet is owed until its owner takes it. Rations are no money.
SELECT p.id, coalesce(sum(c.total_minor - coalesce(d.paid_minor, 0)), 0)::bigint
FROM programmes.programmes p
LEFT JOIN programmes.cycles c ON c.programme_id = p.id AND c.state IN ('approved', 'distributed')
    AND NOT EXISTS (SELECT FROM programmes.entitlements k WHERE k.cycle_id = c.id AND k.kind = 'in_kind')
LEFT JOIN LATERAL (
    SELECT sum(e.amount_minor) AS paid_minor FROM programmes.entitlements e
    JOIN programmes.standing y ON y.entitlement_id = e.id
    WHERE e.cycle_id = c.id AND y.how IN ('credited', 'claimed', 'cashed')) d ON true
GROUP BY p.id;

-- name: count_payments
-- Of a cycle's entitlements, how many and how much: credited at once, claimed after waiting, cashed at an agent, waiting
-- still, given back to the programme, handed over in kind, and not paid at all.
SELECT count(*) FILTER (WHERE s.how = 'credited')::integer,
    coalesce(sum(s.amount_minor) FILTER (WHERE s.how = 'credited'), 0)::bigint,
    count(*) FILTER (WHERE s.how = 'claimed')::integer,
    coalesce(sum(s.amount_minor) FILTER (WHERE s.how = 'claimed'), 0)::bigint,
    count(*) FILTER (WHERE s.how = 'cashed')::integer,
    coalesce(sum(s.amount_minor) FILTER (WHERE s.how = 'cashed'), 0)::bigint,
    count(*) FILTER (WHERE s.how = 'waiting')::integer,
    coalesce(sum(s.amount_minor) FILTER (WHERE s.how = 'waiting'), 0)::bigint,
    count(*) FILTER (WHERE s.how = 'returned')::integer,
    coalesce(sum(s.amount_minor) FILTER (WHERE s.how = 'returned'), 0)::bigint,
    count(*) FILTER (WHERE s.how = 'handed_over')::integer,
    count(*) FILTER (WHERE s.how = 'unpaid')::integer,
    coalesce(sum(s.amount_minor) FILTER (WHERE s.how = 'unpaid'), 0)::bigint
FROM (
    SELECT e.amount_minor, CASE WHEN h.entitlement_id IS NOT NULL THEN 'handed_over'
        ELSE coalesce(p.how, 'unpaid') END AS how
    FROM programmes.entitlements e
    LEFT JOIN programmes.standing p ON p.entitlement_id = e.id
    LEFT JOIN programmes.handovers h ON h.entitlement_id = e.id AND e.kind = 'in_kind'
    WHERE e.cycle_id = %(cycle_id)s) s;

-- name: used_by_now
-- Of what a cycle has put into wallets: from how many of them money has left since, and how much, at most the benefit.
WITH paid AS MATERIALIZED (
    SELECT e.id, e.amount_minor, m.credit_account_id, m.seq
    FROM programmes.entitlements e
    JOIN programmes.standing y ON y.entitlement_id = e.id AND y.how IN ('credited', 'claimed')
    JOIN ledger_api.movements m ON m.id = y.transfer_id
    WHERE e.cycle_id = %(cycle_id)s
), left_since AS MATERIALIZED (
    SELECT o.account_id, o.seq, o.amount_minor FROM wallet_api.outgoings o
    WHERE o.seq > (SELECT min(p.seq) FROM paid p)
)
SELECT count(*)::integer, coalesce(sum(least(u.amount_minor, u.used_minor)), 0)::bigint
FROM (
    SELECT p.amount_minor, sum(o.amount_minor) AS used_minor
    FROM paid p
    JOIN left_since o ON o.account_id = p.credit_account_id AND o.seq > p.seq
    GROUP BY p.id, p.amount_minor) u;

-- name: voucher_of
-- The entitlement that was paid as a voucher, and the voucher's id, by its number.
SELECT p.entitlement_id, v.transfer_id FROM wallet_api.vouchers v
JOIN programmes.payments p ON p.transfer_id = v.transfer_id AND p.code = 'voucher' AND p.paid
WHERE v.number = %(number)s;

-- name: list_vouchers
-- A cycle's vouchers: those that wait first, then by their numbers.
SELECT e.id, v.person_id, v.number, e.amount_minor, v.until, v.state
FROM programmes.entitlements e
JOIN programmes.payments p ON p.entitlement_id = e.id AND p.paid AND p.code = 'voucher'
JOIN wallet_api.vouchers v ON v.transfer_id = p.transfer_id
WHERE e.cycle_id = %(cycle_id)s
ORDER BY v.state <> 'waiting', v.number LIMIT %(most)s;

-- name: list_unpaid
-- What of a cycle is owed and not paid after an entitlement, in order: to whom, how much, and why not the last time.
SELECT e.id, programmes.payee_of(e), e.amount_minor, coalesce(p.code, 'not_tried'), coalesce(p.reason, ''), p.tried_at
FROM programmes.entitlements e
LEFT JOIN LATERAL (SELECT p.code, p.reason, p.tried_at FROM programmes.payments p
    WHERE p.entitlement_id = e.id AND NOT p.paid ORDER BY p.number DESC LIMIT 1) p ON true
WHERE e.cycle_id = %(cycle_id)s AND e.id > %(after)s AND e.kind <> 'in_kind'
    AND NOT EXISTS (SELECT FROM programmes.payments d WHERE d.entitlement_id = e.id AND d.paid)
    AND NOT EXISTS (SELECT FROM programmes.reversals r WHERE r.entitlement_id = e.id)
ORDER BY e.id LIMIT %(most)s;

-- name: spent_or_owed
-- What a programme's approved cycles come to: all of an open one, what was paid of one that has ended.
SELECT coalesce(sum(CASE WHEN c.state IN ('approved', 'distributed') THEN c.total_minor ELSE d.paid_minor END), 0)::bigint
FROM programmes.cycles c
LEFT JOIN LATERAL (
    SELECT sum(e.amount_minor) AS paid_minor FROM programmes.entitlements e
    JOIN programmes.settled y ON y.entitlement_id = e.id WHERE c.state = 'ended' AND e.cycle_id = c.id) d ON true
WHERE c.programme_id = %(programme_id)s AND c.state IN ('approved', 'distributed', 'ended');

-- name: claim_days
-- For how many days money waits for a wallet, as the version that an assessment was made by says.
SELECT v.definition ->> 'claim_days' FROM programmes.assessments a
JOIN programmes.versions v ON v.programme_id = a.programme_id AND v.version = a.version WHERE a.id = %(assessment_id)s;
