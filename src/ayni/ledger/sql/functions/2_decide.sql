-- The ordered path: the hard transfers of a batch, one by one, on arrays.
--
-- Accounts and owners are numbered densely; their counters are copied into arrays, worked on, and thrown
-- away: what was decided is written by `ledger.apply`. A chain that fails is undone by restoring the arrays
-- of the accounts that it touched.

-- The accounts that hard transfers touch, with their owners' sums over all accounts of the same book.
CREATE OR REPLACE FUNCTION ledger.load_accounts(p_ids uuid[])
RETURNS TABLE (id uuid, owner_no integer, debit_normal boolean, dpend bigint, dpost bigint, cpend bigint,
    cpost bigint, floor_minor bigint, ceiling bigint, single_max bigint, conversions_max bigint,
    total_max bigint, balance_max bigint, month integer, owner_balance bigint, owner_conversions bigint,
    owner_total bigint)
LANGUAGE sql STABLE
AS $$
WITH mine AS MATERIALIZED (
    SELECT a.*, c.single_max, c.conversions_max, c.total_max, c.balance_max, c.month
    FROM ledger.accounts a LEFT JOIN ledger.limit_classes c ON c.class = a.limit_class
    WHERE a.id = ANY (p_ids)
), families AS (
    SELECT a.owner_ref, a.book,
        ledger.total(CASE WHEN a.debit_normal THEN 0
            ELSE a.credits_posted + a.credits_pending - a.debits_posted END) AS balance,
        ledger.total(CASE WHEN a.used_month = c.month THEN a.conversions_used ELSE 0 END) AS conversions,
        ledger.total(CASE WHEN a.used_month = c.month THEN a.total_used ELSE 0 END) AS totals
    FROM ledger.accounts a LEFT JOIN ledger.limit_classes c ON c.class = a.limit_class
    WHERE a.owner_ref = ANY (ARRAY (SELECT m.owner_ref FROM mine m))
    GROUP BY a.owner_ref, a.book
)
SELECT m.id, dense_rank() OVER (ORDER BY m.owner_ref, m.book)::integer, m.debit_normal, m.debits_pending,
    m.debits_posted, m.credits_pending, m.credits_posted, -m.credit_limit_minor, m.balance_ceiling_minor,
    m.single_max, m.conversions_max, m.total_max, m.balance_max, coalesce(m.month, 0), f.balance,
    f.conversions, f.totals
FROM mine m JOIN families f ON f.owner_ref = m.owner_ref AND f.book = m.book
ORDER BY m.id;
$$;

-- In which limits a transfer counted for one of its owners, and in which of the owner's months: by the class
-- that the owner was in then, and the rows of that day. No row when the owner was in no class.
CREATE OR REPLACE FUNCTION ledger.counted(p_owner uuid, p_seq bigint, p_code smallint, p_at timestamptz)
RETURNS TABLE (counts smallint, month integer)
LANGUAGE sql STABLE
AS $$
    SELECT k.counts, ledger.month_of(p_at, c.time_zone)
    FROM ledger.limit_classes c LEFT JOIN LATERAL (
        SELECT x.counts FROM ledger.limit_codes x
        WHERE x.class = c.class AND x.code = p_code AND x.valid_from <= (p_at AT TIME ZONE c.time_zone)::date
        ORDER BY x.valid_from DESC LIMIT 1) k ON true
    WHERE c.class = (
        SELECT y.limit_class FROM (
            SELECT f.until_seq, f.limit_class FROM ledger.former_classes f
            WHERE f.owner_ref = p_owner AND f.until_seq >= p_seq
            UNION ALL
            SELECT NULL, o.limit_class FROM ledger.owners o WHERE o.owner_ref = p_owner) y
        ORDER BY y.until_seq NULLS LAST LIMIT 1);
$$;

-- Transfers that returns name, turned round: the accounts of the return, what is left to give back, and in
-- which limits of the return's debited and credited owner the original counted, in which months.
CREATE OR REPLACE FUNCTION ledger.load_originals(p_ids uuid[])
RETURNS TABLE (id uuid, kind smallint, debit uuid, credit uuid, rest bigint, book smallint,
    debit_month integer, credit_month integer, counts smallint)
LANGUAGE sql STABLE
AS $$
    SELECT t.id, t.kind, t.credit_account_id, t.debit_account_id,
        t.amount_minor - coalesce(r.returned_minor, 0), t.book,
        CASE t.kind WHEN 2 THEN h.credit_month ELSE kc.month END,
        CASE t.kind WHEN 2 THEN h.debit_month ELSE kd.month END,
        CASE WHEN t.kind = 2 THEN (h.counts >> 3) | ((h.counts & 7) << 3)
            WHEN d.owner_ref = c.owner_ref THEN 0
            ELSE (coalesce(kc.counts, 0) >> 3) | ((coalesce(kd.counts, 0) & 7) << 3) END::smallint
    FROM ledger.transfers t
    JOIN ledger.accounts d ON d.id = t.debit_account_id
    JOIN ledger.accounts c ON c.id = t.credit_account_id
    LEFT JOIN ledger.returned r ON r.id = t.id
    LEFT JOIN ledger.holds h ON h.id = t.pending_id
    LEFT JOIN LATERAL ledger.counted(d.owner_ref, t.seq, t.code, t.created_at) kd ON true
    LEFT JOIN LATERAL ledger.counted(c.owner_ref, t.seq, t.code, t.created_at) kc ON true
    WHERE t.id = ANY (p_ids);
$$;

-- Whether a return's accounts may take part in it: the same tests as `ledger.classify` makes of accounts that
-- are named. A return counts in no limit of a month, but its code must be known to both classes, and the
-- receiver's class must say how much may be held.
CREATE OR REPLACE FUNCTION ledger.guard_return(
    p_debit uuid, p_credit uuid, p_code smallint, OUT fault smallint, OUT missing smallint)
LANGUAGE sql STABLE
AS $$
    SELECT CASE WHEN d.flags & 64 <> 0 THEN 60 WHEN c.flags & 64 <> 0 THEN 61
            WHEN d.flags & 63 <> 0 THEN ledger.kept_by(d.flags) ELSE 0 END,
        CASE WHEN d.owner_ref = c.owner_ref THEN 0 WHEN kd.counts IS NULL THEN 80
            WHEN kc.counts IS NULL OR (NOT c.debit_normal AND y.known & 8 = 0) THEN 81 ELSE 0 END
    FROM ledger.accounts d JOIN ledger.accounts c ON c.id = p_credit
    LEFT JOIN ledger.limit_classes y ON y.class = c.limit_class
    LEFT JOIN ledger.limit_codes_today kd ON kd.class = d.limit_class AND kd.code = p_code
    LEFT JOIN ledger.limit_codes_today kc ON kc.class = c.limit_class AND kc.code = p_code
    WHERE d.id = p_debit;
$$;

-- The hard transfers with the holds that they name, whether older than the batch or made within it. For a
-- return, what it names is the original: then hold_state is the original's kind, hold_amount what is left of
-- it, and the rest stands turned round, as `ledger.load_originals` gives it.
CREATE OR REPLACE FUNCTION ledger.load_hard(b ledger.batch, p_all boolean)
RETURNS TABLE (ord integer, fault smallint, missing smallint, counts smallint, debit uuid, credit uuid,
    hold_ord integer, hold_amount bigint, hold_state smallint, hold_expires_at timestamptz,
    hold_book smallint, hold_debit_month integer, hold_credit_month integer, hold_counts smallint,
    hold_no integer, first_ord integer)
LANGUAGE sql STABLE
AS $$
WITH picked AS MATERIALIZED (
    SELECT c.ord, c.fault, c.missing, c.counts FROM ledger.classify(b, p_all) c
), firsts AS (
    SELECT u.id, min(u.ord)::integer AS ord FROM unnest(b.ids) WITH ORDINALITY u (id, ord) GROUP BY u.id
), named AS (
    SELECT h.id, false AS returned, h.debit_account_id AS debit, h.credit_account_id AS credit,
        h.amount_minor AS amount, h.state, h.expires_at, h.book, h.debit_month, h.credit_month, h.counts
    FROM ledger.holds h WHERE h.id = ANY (b.pending_ids)
    UNION ALL
    SELECT o.id, true, o.debit, o.credit, o.rest, o.kind, NULL, o.book, o.debit_month, o.credit_month, o.counts
    FROM ledger.load_originals(CASE WHEN 5 = ANY (b.kinds) THEN b.pending_ids END) o
)
SELECT p.ord, p.fault, p.missing, p.counts,
    CASE WHEN b.kinds[p.ord] = 5 THEN coalesce(h.debit, b.credits[q.ord], b.debits[p.ord])
        WHEN b.kinds[p.ord] > 1 THEN coalesce(h.debit, b.debits[q.ord], b.debits[p.ord])
        ELSE b.debits[p.ord] END,
    CASE WHEN b.kinds[p.ord] = 5 THEN coalesce(h.credit, b.debits[q.ord], b.credits[p.ord])
        WHEN b.kinds[p.ord] > 1 THEN coalesce(h.credit, b.credits[q.ord], b.credits[p.ord])
        ELSE b.credits[p.ord] END,
    q.ord, h.amount, h.state, h.expires_at, coalesce(h.book, b.books[q.ord]), h.debit_month,
    h.credit_month, h.counts, dense_rank() OVER (ORDER BY b.pending_ids[p.ord])::integer, f.ord
FROM picked p
LEFT JOIN named h ON h.id = b.pending_ids[p.ord] AND h.returned = (b.kinds[p.ord] = 5)
LEFT JOIN firsts q ON q.id = b.pending_ids[p.ord]
LEFT JOIN firsts f ON f.id = b.ids[p.ord]
ORDER BY p.ord;
$$;
