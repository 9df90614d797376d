-- The set path in one statement, for batches of plain single and pending transfers.
--
-- Like `ledger.post_plain` it makes no refusal: when every test of every leg passes, whatever the order, all is
-- written and true comes back; otherwise nothing is, and the general way decides. Only accounts that are
-- their owner's only one take part, so that an account's own sums are its owner's.
CREATE OR REPLACE FUNCTION ledger.post_set(b ledger.batch, p_last bigint, p_now timestamptz) RETURNS boolean
LANGUAGE sql
AS $$
WITH acc AS MATERIALIZED (
    SELECT a.id, a.owner_ref, a.book, a.debit_normal, a.limit_class, a.version, a.last_seq, a.flags,
        a.credits_posted - a.debits_posted AS net, a.credits_pending, a.debits_pending,
        -a.credit_limit_minor AS floor_minor, a.balance_ceiling_minor AS ceiling,
        greatest(a.debits_posted + a.debits_pending, a.credits_posted + a.credits_pending) AS largest,
        a.sole AND a.purpose IS NULL AND c.class IS NOT NULL AND (a.debit_normal OR c.known & 8 <> 0) AS usable,
        c.known, c.single_max, c.conversions_max, c.total_max, c.balance_max, c.month,
        CASE WHEN a.used_month = c.month THEN a.conversions_used ELSE 0 END AS conversions_used,
        CASE WHEN a.used_month = c.month THEN a.total_used ELSE 0 END AS total_used
    FROM ledger.accounts a LEFT JOIN ledger.limit_classes c ON c.class = a.limit_class
    WHERE a.id = ANY (b.debits || b.credits)
), legs AS MATERIALIZED (
    SELECT l.ord, l.side, l.account, l.amount, l.kind, x.version, x.last_seq, x.debit_normal, x.net, k.counts,
        CASE l.side WHEN 0 THEN k.counts ELSE k.counts >> 3 END & 7 AS mine,
        x.usable AND l.fits AND l.book = x.book
            AND CASE l.side WHEN 0 THEN x.flags = 0 ELSE x.flags & 64 = 0 END
            AND (CASE l.side WHEN 0 THEN k.counts ELSE k.counts >> 3 END & 7) & ~x.known = 0
            AND (CASE l.side WHEN 0 THEN k.counts ELSE k.counts >> 3 END & 1 = 0
                OR x.single_max IS NULL OR l.amount <= x.single_max) AS good
    FROM (
        SELECT u.ord, 0 AS side, u.debit AS account, CASE WHEN u.amount BETWEEN 1 AND 100000000000000
                THEN u.amount ELSE 0 END AS amount, u.code, u.book, coalesce(u.kind, 0) AS kind,
            u.amount BETWEEN 1 AND 100000000000000 AND u.debit <> u.credit
                AND (u.timeout IS NULL OR (u.timeout > 0 AND u.kind = 1)) AND coalesce(u.kind, 0) < 2 AS fits
        FROM unnest(b.debits, b.credits, b.amounts, b.codes, b.books, b.kinds, b.timeouts)
            WITH ORDINALITY u (debit, credit, amount, code, book, kind, timeout, ord)
        UNION ALL
        SELECT u.ord, 1, u.credit, CASE WHEN u.amount BETWEEN 1 AND 100000000000000 THEN u.amount ELSE 0 END, u.code, u.book, coalesce(u.kind, 0), true
        FROM unnest(b.credits, b.amounts, b.codes, b.books, b.kinds)
            WITH ORDINALITY u (credit, amount, code, book, kind, ord)) l
    JOIN acc x ON x.id = l.account
    JOIN ledger.limit_codes_today k ON k.class = x.limit_class AND k.code = l.code
), sums AS MATERIALIZED (
    SELECT l.account, count(*) AS times, max(l.ord) AS newest, bool_and(l.good) AS good,
        ledger.total(CASE WHEN l.side = 0 AND l.kind = 0 THEN l.amount ELSE 0 END) AS dpost,
        ledger.total(CASE WHEN l.side = 0 AND l.kind = 1 THEN l.amount ELSE 0 END) AS dpend,
        ledger.total(CASE WHEN l.side = 1 AND l.kind = 0 THEN l.amount ELSE 0 END) AS cpost,
        ledger.total(CASE WHEN l.side = 1 AND l.kind = 1 THEN l.amount ELSE 0 END) AS cpend,
        ledger.total(CASE WHEN l.mine & 2 <> 0 THEN l.amount ELSE 0 END) AS conversions,
        ledger.total(CASE WHEN l.mine & 4 <> 0 THEN l.amount ELSE 0 END) AS totals
    FROM legs l GROUP BY l.account
), verdict AS MATERIALIZED (
    SELECT sum(s.times) = 2 * cardinality(b.ids)
        AND array_position(b.ids, '00000000-0000-0000-0000-000000000000') IS NULL AND bool_and(s.good AND CASE WHEN x.debit_normal
            THEN (x.floor_minor IS NULL OR -x.net - x.credits_pending - s.cpost - s.cpend >= x.floor_minor)
                AND (x.ceiling IS NULL OR x.debits_pending - x.net + s.dpost + s.dpend <= x.ceiling)
            ELSE (x.floor_minor IS NULL OR x.net - x.debits_pending - s.dpost - s.dpend >= x.floor_minor)
                AND (x.ceiling IS NULL OR x.net + x.credits_pending + s.cpost + s.cpend <= x.ceiling)
                AND (x.balance_max IS NULL OR x.net + x.credits_pending + s.cpost + s.cpend <= x.balance_max)
            END
            AND (x.conversions_max IS NULL OR s.conversions = 0
                OR x.conversions_used + s.conversions <= x.conversions_max)
            AND (x.total_max IS NULL OR s.totals = 0 OR x.total_used + s.totals <= x.total_max)
            AND x.largest + s.dpost + s.dpend + s.cpost + s.cpend <= 4000000000000000000) IS TRUE AS good
    FROM sums s JOIN acc x ON x.id = s.account
), places AS MATERIALIZED (
    SELECT l.ord, l.side, l.account, l.kind, l.amount, l.counts, l.version + row_number() OVER w AS version,
        coalesce(p_last + lag(l.ord) OVER w, l.last_seq) AS previous,
        CASE WHEN l.debit_normal THEN -1 ELSE 1 END * (l.net + ledger.total(
            CASE l.kind WHEN 0 THEN (2 * l.side - 1) * l.amount ELSE 0 END) OVER w) AS balance
    FROM legs l WHERE (SELECT v.good FROM verdict v)
    WINDOW w AS (PARTITION BY l.account ORDER BY l.ord ROWS UNBOUNDED PRECEDING)
), updated AS (
    UPDATE ledger.accounts a
    SET debits_pending = a.debits_pending + s.dpend, debits_posted = a.debits_posted + s.dpost,
        credits_pending = a.credits_pending + s.cpend, credits_posted = a.credits_posted + s.cpost,
        conversions_used = x.conversions_used + s.conversions, total_used = x.total_used + s.totals,
        used_month = x.month, version = a.version + s.times, last_seq = p_last + s.newest
    FROM sums s JOIN acc x ON x.id = s.account
    WHERE a.id = s.account AND a.id = ANY (b.debits || b.credits) AND (SELECT v.good FROM verdict v)
), held AS (
    INSERT INTO ledger.holds (id, seq, event_id, debit_account_id, credit_account_id, amount_minor, expires_at,
        book, code, debit_month, credit_month, counts)
    SELECT b.ids[d.ord], p_last + d.ord, b.event_ids[d.ord], d.account, c.account, d.amount,
        p_now + make_interval(secs => b.timeouts[d.ord]), b.books[d.ord], b.codes[d.ord], x.month, y.month,
        (d.counts & 7) | (c.counts & 56)
    FROM places d JOIN places c ON c.ord = d.ord AND c.side = 1
    JOIN acc x ON x.id = d.account JOIN acc y ON y.id = c.account
    WHERE d.side = 0 AND d.kind = 1
), written AS (
    INSERT INTO ledger.transfers (seq, id, event_id, debit_account_id, credit_account_id, amount_minor,
        event_at, created_at, debit_version, credit_version, debit_balance, credit_balance,
        debit_previous_seq, credit_previous_seq, timeout_seconds, book, code, kind, reference, context)
    SELECT p_last + d.ord, b.ids[d.ord], b.event_ids[d.ord], d.account, c.account, d.amount,
        coalesce(b.event_ats[d.ord], p_now), p_now, d.version, c.version, d.balance, c.balance,
        d.previous, c.previous, b.timeouts[d.ord], b.books[d.ord], b.codes[d.ord], d.kind, b.refs[d.ord],
        b.contexts[d.ord]
    FROM places d JOIN places c ON c.ord = d.ord AND c.side = 1
    WHERE d.side = 0
    ORDER BY d.ord
)
SELECT v.good FROM verdict v;
$$;
