-- name: insert_bill
-- Keeps a bill as its company told it, unless it was told so before.
INSERT INTO wallet.bills (id, shop_id, customer, number, holder, amount_minor, due_on, told_at)
VALUES (%(id)s, %(shop_id)s, %(customer)s, %(number)s, %(holder)s, %(amount_minor)s, %(due_on)s, %(now)s)
ON CONFLICT (id) DO NOTHING;

-- name: bill
-- One bill, with whether it is paid for good or on its way.
SELECT b.id, b.shop_id, b.customer, b.number, b.holder, b.amount_minor, b.due_on, b.told_at,
    EXISTS (SELECT FROM wallet.bill_payments p LEFT JOIN wallet.bill_answers a ON a.payment_id = p.id
        WHERE p.shop_id = b.shop_id AND p.number = b.number AND a.accepted IS NOT FALSE) AS is_paid
FROM wallet.bills b WHERE b.id = %(id)s;

-- name: bills_of_customer
-- What a company told of a customer, the newest first.
SELECT b.id, b.shop_id, b.customer, b.number, b.holder, b.amount_minor, b.due_on, b.told_at,
    EXISTS (SELECT FROM wallet.bill_payments p LEFT JOIN wallet.bill_answers a ON a.payment_id = p.id
        WHERE p.shop_id = b.shop_id AND p.number = b.number AND a.accepted IS NOT FALSE) AS is_paid
FROM wallet.bills b WHERE b.shop_id = %(shop_id)s AND b.customer = %(customer)s
ORDER BY b.told_at DESC, b.id LIMIT 500;

-- name: insert_bill_payment
-- Notes that a bill is paid. Of two at once one is first, and the other learns it.
INSERT INTO wallet.bill_payments (id, bill_id, shop_id, number, attempt, person_id, paid_at)
VALUES (%(id)s, %(bill_id)s, %(shop_id)s, %(number)s, %(attempt)s, %(person_id)s, %(now)s)
ON CONFLICT DO NOTHING RETURNING id;

-- name: bill_payments_of
-- The payments of one bill, with what the company said of each.
SELECT p.id, p.bill_id, p.shop_id, p.number, p.attempt, p.person_id, p.paid_at, a.accepted, coalesce(a.reason, '') AS reason
FROM wallet.bill_payments p LEFT JOIN wallet.bill_answers a ON a.payment_id = p.id
WHERE p.shop_id = %(shop_id)s AND p.number = %(number)s ORDER BY p.attempt;

-- name: bill_payments_to_tell
-- Payments of which the company has not answered yet, the oldest first, after a mark.
SELECT p.id, p.bill_id, p.shop_id, p.number, p.attempt, p.person_id, p.paid_at, NULL::boolean AS accepted, '' AS reason
FROM wallet.bill_payments p
WHERE (p.paid_at, p.id) > (%(after_at)s, %(after)s)
    AND NOT EXISTS (SELECT FROM wallet.bill_answers a WHERE a.payment_id = p.id)
ORDER BY p.paid_at, p.id LIMIT %(most)s;

-- name: insert_bill_answer
-- Notes what the company said, once.
INSERT INTO wallet.bill_answers (payment_id, accepted, reason, answered_at)
VALUES (%(payment_id)s, %(accepted)s, %(reason)s, %(now)s) ON CONFLICT DO NOTHING RETURNING payment_id;
