-- What must always hold (rule 8), each as a query that finds what breaks it. No rows is the good answer.
CREATE OR REPLACE FUNCTION ledger.violations() RETURNS TABLE (invariant text, subject text, found text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
WITH moved AS MATERIALIZED (
    SELECT l.account, count(*) AS times, max(l.version) AS version, count(DISTINCT l.version) AS versions, max(l.seq) AS last_seq,
        ledger.total(CASE WHEN l.kind IN (0, 2, 5) THEN l.debit ELSE 0 END) AS debits_posted,
        ledger.total(CASE WHEN l.kind IN (0, 2, 5) THEN l.credit ELSE 0 END) AS credits_posted
    FROM (
        SELECT t.debit_account_id AS account, t.seq, t.kind, t.debit_version AS version,
            t.amount_minor AS debit, 0::bigint AS credit FROM ledger.transfers t
        UNION ALL
        SELECT t.credit_account_id, t.seq, t.kind, t.credit_version, 0, t.amount_minor FROM ledger.transfers t) l
    GROUP BY l.account
), held AS MATERIALIZED (
    SELECT l.account, ledger.total(l.debit) AS debits_pending, ledger.total(l.credit) AS credits_pending
    FROM (
        SELECT h.debit_account_id AS account, h.amount_minor AS debit, 0::bigint AS credit
        FROM ledger.holds h WHERE h.state = 0
        UNION ALL
        SELECT h.credit_account_id, 0, h.amount_minor FROM ledger.holds h WHERE h.state = 0) l
    GROUP BY l.account
)
SELECT 'debits equal credits', 'book ' || a.book,
    format('posted %s and %s, pending %s and %s', sum(a.debits_posted), sum(a.credits_posted),
        sum(a.debits_pending), sum(a.credits_pending))
FROM ledger.accounts a GROUP BY a.book
HAVING sum(a.debits_posted) <> sum(a.credits_posted) OR sum(a.debits_pending) <> sum(a.credits_pending)
UNION ALL
SELECT 'counters equal the transfers', a.id::text, format('posted %s/%s by counters, %s/%s by transfers',
    a.debits_posted, a.credits_posted, coalesce(m.debits_posted, 0), coalesce(m.credits_posted, 0))
FROM ledger.accounts a LEFT JOIN moved m ON m.account = a.id
WHERE a.debits_posted <> coalesce(m.debits_posted, 0) OR a.credits_posted <> coalesce(m.credits_posted, 0)
UNION ALL
SELECT 'pending counters equal the open holds', a.id::text, format('pending %s/%s by counters, %s/%s by holds',
    a.debits_pending, a.credits_pending, coalesce(h.debits_pending, 0), coalesce(h.credits_pending, 0))
FROM ledger.accounts a LEFT JOIN held h ON h.account = a.id
WHERE a.debits_pending <> coalesce(h.debits_pending, 0) OR a.credits_pending <> coalesce(h.credits_pending, 0)
UNION ALL
SELECT 'versions have no gaps', a.id::text,
    format('version %s after %s transfers, the newest %s', a.version, coalesce(m.times, 0), coalesce(m.version, 0))
FROM ledger.accounts a LEFT JOIN moved m ON m.account = a.id
WHERE a.version <> coalesce(m.times, 0) OR a.version <> coalesce(m.version, 0)
    OR m.versions <> m.times
    OR a.last_seq <> coalesce(m.last_seq, 0)
UNION ALL
SELECT 'the order has no gaps', 'ledger', format('%s transfers up to seq %s', count(*), max(t.seq))
FROM ledger.transfers t HAVING count(*) <> coalesce(max(t.seq), 0)
UNION ALL
SELECT 'a hold and its resolution agree', h.id::text, format('state %s, resolved by kind %s', h.state, t.kind)
FROM ledger.holds h LEFT JOIN ledger.transfers t ON t.pending_id = h.id
WHERE h.state <> coalesce(t.kind - 1, 0)
UNION ALL
SELECT 'every pending transfer has its hold', t.id::text, 'none'
FROM ledger.transfers t WHERE t.kind = 1 AND NOT EXISTS (SELECT FROM ledger.holds h WHERE h.id = t.id)
UNION ALL
SELECT 'a transfer stays inside one book', t.id::text, format('book %s between %s and %s', t.book, x.book, y.book)
FROM ledger.transfers t
JOIN ledger.accounts x ON x.id = t.debit_account_id JOIN ledger.accounts y ON y.id = t.credit_account_id
WHERE t.book <> x.book OR t.book <> y.book
UNION ALL
SELECT 'a resolution names its hold''s accounts', t.id::text, h.id::text
FROM ledger.transfers t JOIN ledger.holds h ON h.id = t.pending_id
WHERE (t.debit_account_id, t.credit_account_id, t.book) <> (h.debit_account_id, h.credit_account_id, h.book)
UNION ALL
SELECT 'a balance follows from the one before', w.account::text, format('%s at version %s', w.balance, w.version)
FROM (
    SELECT l.account, l.version, l.balance,
        ledger.total(l.delta) OVER (PARTITION BY l.account ORDER BY l.version ROWS UNBOUNDED PRECEDING) AS due
    FROM (
        SELECT t.debit_account_id AS account, t.debit_version AS version, t.debit_balance AS balance,
            CASE WHEN t.kind NOT IN (0, 2, 5) THEN 0 WHEN a.debit_normal THEN t.amount_minor ELSE -t.amount_minor END
                AS delta
        FROM ledger.transfers t JOIN ledger.accounts a ON a.id = t.debit_account_id
        UNION ALL
        SELECT t.credit_account_id, t.credit_version, t.credit_balance,
            CASE WHEN t.kind NOT IN (0, 2, 5) THEN 0 WHEN a.debit_normal THEN -t.amount_minor ELSE t.amount_minor END
        FROM ledger.transfers t JOIN ledger.accounts a ON a.id = t.credit_account_id) l) w
WHERE w.balance <> w.due
UNION ALL
SELECT 'an account says of its owner what is so', a.id::text,
    format('class %s and %s, flags %s and %s', a.limit_class, o.limit_class, a.flags >> 3 & 7, o.flags)
FROM ledger.accounts a JOIN ledger.owners o ON o.owner_ref = a.owner_ref
WHERE a.limit_class IS DISTINCT FROM o.limit_class OR (a.flags >> 3 & 7) <> o.flags
UNION ALL
SELECT 'an account is the only one of its owner, or says that it is not', min(a.id::text), count(*)::text
FROM ledger.accounts a GROUP BY a.owner_ref, a.book
HAVING bool_or(a.sole) AND count(*) > 1;
$$;
REVOKE ALL ON FUNCTION ledger.violations FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.violations TO ayni_app;
