-- The set path in one statement, for batches of plain single and pending transfers.
--
-- Like `ledger.post_one` it makes no refusal: when every test of every leg passes, whatever the order, all is
-- written and true comes back; otherwise nothing is, and the general way decides. Only accounts that are
-- their owner's only one take part, so that an account's own sums are its owner's. Columns are unnested and
-- never read by position: reaching into an array of jsonb, or one with nulls, costs its whole length.
CREATE OR REPLACE FUNCTION ledger.post_set(b ledger.batch, p_last bigint, p_now timestamptz) RETURNS boolean
LANGUAGE sql
AS $$
WITH acc AS MATERIALIZED (
    SELECT a.id, row_number() OVER ()::integer AS no, a.book, a.limit_class AS class, a.version, a.last_seq,
        a.debit_normal, a.credits_posted - a.debits_posted AS net, a.flags = 0 AS may_give,
        a.flags & 64 = 0 AS may_take, c.month,
        -- What may still leave it by debits, reach it by credits, and be counted; null is without end.
        CASE WHEN a.debit_normal THEN a.balance_ceiling_minor + a.credits_posted - a.debits_posted - a.debits_pending
            ELSE a.credits_posted - a.debits_posted - a.debits_pending + a.credit_limit_minor END AS debit_room,
        CASE WHEN a.debit_normal
            THEN a.debits_posted - a.credits_posted - a.credits_pending + a.credit_limit_minor
            ELSE least(a.balance_ceiling_minor, c.balance_max)
                - a.credits_posted - a.credits_pending + a.debits_posted END AS credit_room,
        4000000000000000000
            - greatest(a.debits_posted + a.debits_pending, a.credits_posted + a.credits_pending) AS count_room,
        c.conversions_max - CASE WHEN a.used_month = c.month THEN a.conversions_used ELSE 0 END
            AS conversions_room,
        c.total_max - CASE WHEN a.used_month = c.month THEN a.total_used ELSE 0 END AS total_room
    FROM ledger.accounts a JOIN ledger.limit_classes c ON c.class = a.limit_class
    WHERE a.id = ANY (b.debits || b.credits) AND a.sole AND a.purpose IS NULL
        AND (a.debit_normal OR c.known & 8 <> 0)
), codes AS MATERIALIZED (
    SELECT k.class, k.code, k.counts, k.counts & 7 & ~c.known = 0 AS debit_known,
        k.counts >> 3 & ~c.known = 0 AS credit_known, CASE WHEN k.counts & 1 <> 0 THEN c.single_max END AS debit_max,
        CASE WHEN k.counts & 8 <> 0 THEN c.single_max END AS credit_max
    FROM ledger.limit_codes_today k JOIN ledger.limit_classes c ON c.class = k.class
), t AS MATERIALIZED (
    SELECT u.ord::integer AS ord, x.no AS debit_no, y.no AS credit_no, u.amount,
        coalesce(u.kind, 0) = 1 AS pending, (kx.counts & 7) | (ky.counts & 56) AS counts
    FROM unnest(b.debits, b.credits, b.amounts, b.codes, b.books, b.kinds, b.timeouts)
        WITH ORDINALITY u (debit, credit, amount, code, book, kind, timeout, ord)
    JOIN acc x ON x.id = u.debit JOIN acc y ON y.id = u.credit
    JOIN codes kx ON kx.class = x.class AND kx.code = u.code
    JOIN codes ky ON ky.class = y.class AND ky.code = u.code
    WHERE u.amount BETWEEN 1 AND 100000000000000 AND u.debit <> u.credit AND u.book = x.book AND u.book = y.book
        AND x.may_give AND y.may_take AND kx.debit_known AND ky.credit_known
        AND (kx.debit_max IS NULL OR u.amount <= kx.debit_max)
        AND (ky.credit_max IS NULL OR u.amount <= ky.credit_max)
        AND coalesce(u.kind, 0) IN (0, 1) AND (u.timeout IS NULL OR (u.timeout > 0 AND u.kind = 1))
), legs AS MATERIALIZED (
    SELECT t.debit_no AS no, t.ord, t.amount AS debit, 0::bigint AS credit, t.pending, t.counts & 7 AS counts FROM t
    UNION ALL
    SELECT t.credit_no, t.ord, 0, t.amount, t.pending, t.counts >> 3 FROM t
), sums AS MATERIALIZED (
    SELECT l.no, count(*) AS times, max(l.ord) AS newest, ledger.total(l.debit) AS debit,
        ledger.total(l.credit) AS credit,
        ledger.total(l.debit) FILTER (WHERE l.pending) AS dpend,
        ledger.total(l.credit) FILTER (WHERE l.pending) AS cpend,
        ledger.total(l.debit + l.credit) FILTER (WHERE l.counts & 2 <> 0) AS conversions,
        ledger.total(l.debit + l.credit) FILTER (WHERE l.counts & 4 <> 0) AS totals
    FROM legs l GROUP BY l.no
), verdict AS MATERIALIZED (
    SELECT (SELECT count(*) FROM t) = cardinality(b.ids)
        AND array_position(b.ids, '00000000-0000-0000-0000-000000000000') IS NULL
        AND bool_and((x.debit_room IS NULL OR s.debit <= x.debit_room)
            AND (x.credit_room IS NULL OR s.credit <= x.credit_room)
            AND s.debit <= x.count_room AND s.credit <= x.count_room
            AND (x.conversions_room IS NULL OR s.conversions = 0 OR s.conversions <= x.conversions_room)
            AND (x.total_room IS NULL OR s.totals = 0 OR s.totals <= x.total_room)) AS good
    FROM sums s JOIN acc x ON x.no = s.no
), places AS MATERIALIZED (
    SELECT l.ord, l.no, l.debit > 0 AS debited, row_number() OVER w AS nth, lag(l.ord) OVER w AS previous,
        ledger.total(CASE WHEN l.pending THEN 0 ELSE l.credit - l.debit END) OVER w AS moved
    FROM legs l WHERE (SELECT v.good FROM verdict v)
    WINDOW w AS (PARTITION BY l.no ORDER BY l.ord ROWS UNBOUNDED PRECEDING)
), updated AS (
    UPDATE ledger.accounts a
    SET debits_pending = a.debits_pending + s.dpend, debits_posted = a.debits_posted + s.debit - s.dpend,
        credits_pending = a.credits_pending + s.cpend, credits_posted = a.credits_posted + s.credit - s.cpend,
        conversions_used = CASE WHEN a.used_month = x.month THEN a.conversions_used ELSE 0 END + s.conversions,
        total_used = CASE WHEN a.used_month = x.month THEN a.total_used ELSE 0 END + s.totals,
        used_month = x.month, version = a.version + s.times, last_seq = p_last + s.newest
    FROM sums s JOIN acc x ON x.no = s.no
    WHERE a.id = x.id AND a.id = ANY (ARRAY (SELECT x.id FROM acc x)) AND (SELECT v.good FROM verdict v)
), written AS (
    INSERT INTO ledger.transfers (seq, id, event_id, debit_account_id, credit_account_id, amount_minor,
        event_at, created_at, debit_version, credit_version, debit_balance, credit_balance,
        debit_previous_seq, credit_previous_seq, timeout_seconds, book, code, kind, reference, context)
    SELECT p_last + u.ord, u.id, u.event_id, u.debit, u.credit, u.amount, coalesce(u.event_at, p_now), p_now,
        x.version + d.nth, y.version + c.nth,
        CASE WHEN x.debit_normal THEN -1 ELSE 1 END * (x.net + d.moved),
        CASE WHEN y.debit_normal THEN -1 ELSE 1 END * (y.net + c.moved),
        coalesce(p_last + d.previous, x.last_seq), coalesce(p_last + c.previous, y.last_seq),
        u.timeout, u.book, u.code, coalesce(u.kind, 0), u.reference, u.context
    FROM unnest(b.ids, b.event_ids, b.debits, b.credits, b.amounts, b.event_ats, b.timeouts, b.books, b.codes,
            b.kinds, b.refs, b.contexts)
        WITH ORDINALITY u (id, event_id, debit, credit, amount, event_at, timeout, book, code, kind, reference,
            context, ord)
    JOIN places d ON d.ord = u.ord AND d.debited JOIN acc x ON x.no = d.no
    JOIN places c ON c.ord = u.ord AND NOT c.debited JOIN acc y ON y.no = c.no
    ORDER BY u.ord
), held AS (
    INSERT INTO ledger.holds (id, seq, event_id, debit_account_id, credit_account_id, amount_minor, expires_at,
        book, code, debit_month, credit_month, counts)
    SELECT u.id, p_last + t.ord, u.event_id, x.id, y.id, t.amount, p_now + make_interval(secs => u.timeout),
        u.book, u.code, x.month, y.month, t.counts
    FROM t JOIN acc x ON x.no = t.debit_no JOIN acc y ON y.no = t.credit_no
    JOIN unnest(b.ids, b.event_ids, b.timeouts, b.books, b.codes)
        WITH ORDINALITY u (id, event_id, timeout, book, code, ord) ON u.ord = t.ord
    WHERE t.pending AND (SELECT v.good FROM verdict v)
)
SELECT coalesce(v.good, false) FROM verdict v;
$$;
