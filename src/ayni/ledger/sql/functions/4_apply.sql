-- Writes what was decided: one UPDATE of the accounts, one INSERT of the transfers. Both paths end here.
--
-- The running balances and versions of accounts that occur more than once come from window sums in the order
-- of the batch. Returns how many transfers were written.
CREATE OR REPLACE FUNCTION ledger.apply(
    b ledger.batch, d ledger.decisions, p_last_seq bigint, p_now timestamptz) RETURNS bigint
LANGUAGE sql
AS $$
WITH t AS MATERIALIZED (
    SELECT p_last_seq + row_number() OVER (ORDER BY u.ord) AS seq, u.ord::integer AS ord, u.debit, u.credit,
        u.amount, u.code, coalesce(u.kind, 0::smallint) AS kind, coalesce(u.held, 0) AS held,
        coalesce(u.counts, 0::smallint) AS counts
    FROM unnest(coalesce(d.debits, b.debits), coalesce(d.credits, b.credits), coalesce(d.moved, b.amounts),
        b.codes, b.kinds, d.held, d.counts, d.results)
        WITH ORDINALITY u (debit, credit, amount, code, kind, held, counts, result, ord)
    WHERE u.result IS NULL OR u.result = 0
), acc AS MATERIALIZED (
    SELECT a.id, a.owner_ref, a.version, a.last_seq, a.limit_class, a.purpose, coalesce(c.month, 0) AS month,
        CASE WHEN a.debit_normal THEN -1 ELSE 1 END AS sign,
        CASE WHEN a.debit_normal THEN a.debits_posted - a.credits_posted
            ELSE a.credits_posted - a.debits_posted END AS balance
    FROM ledger.accounts a LEFT JOIN ledger.limit_classes c ON c.class = a.limit_class
    WHERE a.id = ANY (coalesce(d.debits, b.debits) || coalesce(d.credits, b.credits))
), j AS MATERIALIZED (
    SELECT t.seq, t.ord, t.kind, t.debit, t.credit, t.amount, x.month AS debit_month, y.month AS credit_month,
        x.version AS debit_version, y.version AS credit_version, x.last_seq AS debit_last,
        y.last_seq AS credit_last, x.balance AS debit_base, y.balance AS credit_base,
        x.sign AS debit_sign, y.sign AS credit_sign, y.purpose AS credit_purpose,
        CASE WHEN t.kind IN (0, 5) THEN 0 WHEN t.kind = 1 THEN t.amount ELSE -t.held END AS pend,
        CASE WHEN t.kind IN (0, 2, 5) THEN t.amount ELSE 0 END AS posted,
        CASE t.kind WHEN 2 THEN t.amount - t.held WHEN 3 THEN -t.held WHEN 4 THEN -t.held WHEN 5 THEN -t.amount
            ELSE t.amount END AS used,
        CASE WHEN t.kind > 1 THEN t.counts WHEN x.owner_ref = y.owner_ref THEN 0::smallint
            ELSE (kx.counts & 7) | (ky.counts & 56) END AS counts
    FROM t JOIN acc x ON x.id = t.debit JOIN acc y ON y.id = t.credit
    LEFT JOIN ledger.limit_codes_today kx ON kx.class = x.limit_class AND kx.code = t.code
    LEFT JOIN ledger.limit_codes_today ky ON ky.class = y.limit_class AND ky.code = t.code
), legs AS MATERIALIZED (
    SELECT j.seq, 0 AS side, j.debit AS account, j.pend AS dpend, j.posted AS dpost, 0::bigint AS cpend,
        0::bigint AS cpost, -j.posted * j.debit_sign AS delta, j.debit_version AS version,
        j.debit_last AS last_seq, j.debit_base AS base, j.debit_month AS month,
        CASE WHEN j.counts & 2 <> 0 THEN j.used ELSE 0 END AS conversions,
        CASE WHEN j.counts & 4 <> 0 THEN j.used ELSE 0 END AS totals
    FROM j
    UNION ALL
    SELECT j.seq, 1, j.credit, 0, 0, j.pend, j.posted, j.posted * j.credit_sign, j.credit_version,
        j.credit_last, j.credit_base, j.credit_month, CASE WHEN j.counts & 16 <> 0 THEN j.used ELSE 0 END,
        CASE WHEN j.counts & 32 <> 0 THEN j.used ELSE 0 END
    FROM j
), places AS MATERIALIZED (
    SELECT l.seq, l.side, l.version + row_number() OVER w AS version,
        lag(l.seq, 1, l.last_seq) OVER w AS previous, l.base + ledger.total(l.delta) OVER w AS balance
    FROM legs l
    WINDOW w AS (PARTITION BY l.account ORDER BY l.seq ROWS UNBOUNDED PRECEDING)
), sums AS MATERIALIZED (
    SELECT l.account, ledger.total(l.dpend) AS dpend, ledger.total(l.dpost) AS dpost,
        ledger.total(l.cpend) AS cpend, ledger.total(l.cpost) AS cpost,
        ledger.total(l.conversions) AS conversions, ledger.total(l.totals) AS totals,
        count(*) AS times, max(l.seq) AS last_seq, max(l.month) AS month
    FROM legs l GROUP BY l.account
), updated AS (
    UPDATE ledger.accounts a
    SET debits_pending = a.debits_pending + s.dpend, debits_posted = a.debits_posted + s.dpost,
        credits_pending = a.credits_pending + s.cpend, credits_posted = a.credits_posted + s.cpost,
        conversions_used = s.conversions + CASE WHEN a.used_month = s.month THEN a.conversions_used ELSE 0 END,
        total_used = s.totals + CASE WHEN a.used_month = s.month THEN a.total_used ELSE 0 END,
        used_month = s.month, version = a.version + s.times, last_seq = s.last_seq
    FROM sums s
    WHERE a.id = s.account AND a.id = ANY (coalesce(d.debits, b.debits) || coalesce(d.credits, b.credits))
), held AS (
    INSERT INTO ledger.holds (id, seq, event_id, debit_account_id, credit_account_id, amount_minor, expires_at,
        book, code, debit_month, credit_month, counts)
    SELECT b.ids[j.ord], j.seq, b.event_ids[j.ord], j.debit, j.credit, j.amount,
        p_now + make_interval(secs => b.timeouts[j.ord]), b.books[j.ord], b.codes[j.ord],
        j.debit_month, j.credit_month, j.counts
    FROM j WHERE j.kind = 1 ORDER BY j.seq
), origins AS (
    INSERT INTO ledger.purpose_origins (account_id, origin_account_id)
    SELECT DISTINCT j.credit, j.debit FROM j WHERE j.credit_purpose IS NOT NULL AND j.kind IN (0, 2)
    ON CONFLICT DO NOTHING
), written AS (
    INSERT INTO ledger.transfers (seq, id, event_id, debit_account_id, credit_account_id, amount_minor,
        event_at, created_at, debit_version, credit_version, debit_balance, credit_balance,
        debit_previous_seq, credit_previous_seq, timeout_seconds, book, code, kind, balancing, requested_minor,
        pending_id, reference, context)
    SELECT j.seq, u.id, u.event_id, j.debit, j.credit, j.amount, coalesce(u.event_at, p_now), p_now,
        x.version, y.version, x.balance, y.balance, x.previous, y.previous, u.timeout, u.book, u.code, j.kind,
        coalesce(u.flag, 0::smallint) & 2 <> 0, nullif(u.amount, j.amount), u.pending, u.reference, u.context
    FROM j JOIN places x ON x.seq = j.seq AND x.side = 0 JOIN places y ON y.seq = j.seq AND y.side = 1
    -- Unnested, for reaching into an array of jsonb or one with nulls costs its whole length.
    JOIN unnest(b.ids, b.event_ids, b.books, b.codes, b.amounts, b.timeouts, b.flags, b.pending_ids, b.refs,
            b.event_ats, b.contexts)
        WITH ORDINALITY u (id, event_id, book, code, amount, timeout, flag, pending, reference, event_at,
            context, ord) ON u.ord = j.ord
    ORDER BY j.seq
    RETURNING 1
)
SELECT count(*) FROM written;
$$;

-- Marks the holds that a batch resolved, and how much it returned of which transfers.
CREATE OR REPLACE FUNCTION ledger.resolve_holds(b ledger.batch, d ledger.decisions) RETURNS void
LANGUAGE sql
AS $$
UPDATE ledger.holds h SET state = u.kind - 1
FROM unnest(b.kinds, b.pending_ids, d.results) u (kind, pending, result)
WHERE u.kind BETWEEN 2 AND 4 AND (u.result IS NULL OR u.result = 0) AND h.id = u.pending
    AND h.id = ANY (b.pending_ids);
INSERT INTO ledger.returned (id, amount_minor, returned_minor)
SELECT t.id, t.amount_minor, x.moved
FROM (SELECT u.pending, ledger.total(u.moved) AS moved FROM unnest(b.kinds, b.pending_ids, d.results, d.moved)
        u (kind, pending, result, moved) WHERE u.kind = 5 AND u.result = 0 GROUP BY u.pending) x
JOIN (SELECT * FROM ledger.transfers o WHERE 5 = ANY (b.kinds) AND o.id = ANY (b.pending_ids)) t ON t.id = x.pending
ON CONFLICT (id) DO UPDATE SET returned_minor = ledger.returned.returned_minor + excluded.returned_minor;
$$;

-- Remembers refused ids. Ids that were met before, and requests that are wrong in themselves, are not new.
CREATE OR REPLACE FUNCTION ledger.remember(
    b ledger.batch, d ledger.decisions, p_known integer[], p_now timestamptz) RETURNS void
LANGUAGE sql
AS $$
INSERT INTO ledger.refusals (id, result, event_id, debit_account_id, credit_account_id, amount_minor, event_at,
    created_at, timeout_seconds, book, code, kind, balancing, pending_id, reference)
SELECT DISTINCT ON (u.id) u.id, u.result, u.event_id, u.debit, u.credit, u.amount, u.event_at, p_now, u.timeout,
    u.book, u.code, coalesce(u.kind, 0), coalesce(u.flag, 0) & 2 <> 0, u.pending, u.reference
FROM unnest(b.ids, b.event_ids, b.debits, b.credits, b.amounts, b.event_ats, b.timeouts, b.books, b.codes,
        b.kinds, b.flags, b.pending_ids, b.refs, d.results)
    WITH ORDINALITY u (id, event_id, debit, credit, amount, event_at, timeout, book, code, kind, flag, pending,
        reference, result, ord)
WHERE u.result > 1 AND u.result <> 4
    AND (p_known IS NULL OR u.ord <> ALL (p_known))
    -- only the first use of an id in the batch made it known
    AND u.id <> ALL (ARRAY (SELECT t.id FROM ledger.transfers t WHERE t.id = ANY (b.ids)))
ORDER BY u.id, u.ord;
$$;
