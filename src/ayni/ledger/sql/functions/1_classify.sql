-- The answer for a debited account that is kept from spending, by the first of its flags.
CREATE OR REPLACE FUNCTION ledger.kept_by(p_flags smallint) RETURNS integer
LANGUAGE sql IMMUTABLE
AS $$
    SELECT 62 + CASE WHEN p_flags & 1 <> 0 THEN 0 WHEN p_flags & 2 <> 0 THEN 1 WHEN p_flags & 4 <> 0 THEN 2
        WHEN p_flags & 8 <> 0 THEN 3 WHEN p_flags & 16 <> 0 THEN 4 ELSE 5 END;
$$;

-- Which transfers of a batch need to be looked at one by one, and why the hopeless ones are hopeless.
--
-- If each account's balance before the batch covers all of its debits in the batch, and its ceiling and
-- limits bear all of its credits, then order cannot matter for it. A transfer between two such accounts is
-- *plain*: it succeeds whatever happens to the others. All other transfers are *hard*, and only these go
-- through the loop of `ledger.decide`. `fault` is the first test that fails whatever the order; `missing` is
-- a limit that the class does not have.
CREATE OR REPLACE FUNCTION ledger.classify(b ledger.batch, p_all boolean)
RETURNS TABLE (ord integer, fault smallint, missing smallint, counts smallint)
LANGUAGE sql STABLE
AS $$
WITH acc AS MATERIALIZED (
    SELECT a.id, a.owner_ref, a.book, a.flags, a.purpose, a.accepts, a.debit_normal, a.sole, a.limit_class,
        c.known, c.single_max, c.conversions_max, c.total_max, c.balance_max, c.month,
        a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted,
        a.credit_limit_minor, a.balance_ceiling_minor,
        CASE WHEN a.used_month = c.month THEN a.conversions_used ELSE 0 END AS conversions_used,
        CASE WHEN a.used_month = c.month THEN a.total_used ELSE 0 END AS total_used
    FROM ledger.accounts a LEFT JOIN ledger.limit_classes c ON c.class = a.limit_class
    WHERE a.id = ANY (b.debits || b.credits)
), t AS MATERIALIZED (
    SELECT u.ord::integer AS ord, u.id, u.book, u.debit, u.credit, u.amount, u.code, coalesce(u.kind, 0) AS kind,
        coalesce(u.flag, 0) AS flag, u.pending, u.timeout
    FROM unnest(b.ids, b.books, b.debits, b.credits, b.amounts, b.codes, b.kinds, b.flags, b.pending_ids,
        b.timeouts) WITH ORDINALITY u (id, book, debit, credit, amount, code, kind, flag, pending, timeout, ord)
), j AS MATERIALIZED (
    SELECT t.ord, t.debit, t.credit, t.amount, t.kind, t.flag, d.owner_ref AS debit_owner,
        c.owner_ref AS credit_owner, d.purpose AS purpose,
        CASE WHEN d.owner_ref = c.owner_ref THEN 0 ELSE (kd.counts & 7) | (kc.counts & 56) END AS counts,
        -- The tests of ledger.model.Result, in its order, that do not depend on the order of the batch.
        CASE
            WHEN t.id = '00000000-0000-0000-0000-000000000000' THEN 4
            WHEN t.kind NOT IN (0, 1, 2, 3, 5) THEN 30
            WHEN t.flag & 2 <> 0 AND t.kind > 1 THEN 31
            WHEN t.timeout IS NOT NULL AND t.kind <> 1 THEN 32
            WHEN t.timeout <= 0 THEN 33
            WHEN t.kind > 1 AND t.pending IS NULL THEN 34
            WHEN t.kind < 2 AND t.pending IS NOT NULL THEN 35
            WHEN t.amount < 0 OR (t.amount = 0 AND t.kind < 2) THEN 36
            WHEN t.amount > 100000000000000 THEN 37
            WHEN t.kind > 1 THEN 0
            WHEN d.id IS NULL THEN 50
            WHEN c.id IS NULL THEN 51
            WHEN d.id = c.id THEN 52
            WHEN d.book <> t.book THEN 53
            WHEN c.book <> t.book THEN 54
            WHEN d.flags & 64 <> 0 THEN 60
            WHEN c.flags & 64 <> 0 THEN 61
            WHEN d.flags & 63 <> 0 THEN ledger.kept_by(d.flags)
            WHEN d.purpose IS NOT NULL AND d.purpose <> ALL (coalesce(c.accepts, '{}')) THEN 68
            ELSE 0 END AS fault,
        CASE
            WHEN d.owner_ref = c.owner_ref OR t.kind > 1 THEN 0
            WHEN kd.counts IS NULL OR (kd.counts & 7) & ~d.known <> 0 THEN 80
            WHEN kc.counts IS NULL OR ((kc.counts >> 3) & 7) & ~c.known <> 0
                OR (NOT c.debit_normal AND c.known & 8 = 0) THEN 81
            WHEN kd.counts & 1 <> 0 AND t.amount > d.single_max THEN 82
            WHEN kc.counts & 8 <> 0 AND t.amount > c.single_max THEN 85
            ELSE 0 END AS missing
    FROM t
    LEFT JOIN acc d ON d.id = t.debit
    LEFT JOIN acc c ON c.id = t.credit
    LEFT JOIN ledger.limit_codes_today kd ON kd.class = d.limit_class AND kd.code = t.code
    LEFT JOIN ledger.limit_codes_today kc ON kc.class = c.limit_class AND kc.code = t.code
), sums AS MATERIALIZED (
    SELECT s.account, ledger.total(s.debit) AS debits, ledger.total(s.credit) AS credits,
        ledger.total(s.conversions) AS conversions, ledger.total(s.totals) AS totals,
        bool_or(s.exact) AS exact
    FROM (
        SELECT j.debit AS account, j.amount AS debit, 0::bigint AS credit, j.flag & 2 <> 0 AS exact,
            CASE WHEN j.counts & 2 <> 0 THEN j.amount ELSE 0 END AS conversions,
            CASE WHEN j.counts & 4 <> 0 THEN j.amount ELSE 0 END AS totals
        FROM j WHERE j.kind < 2 AND j.amount BETWEEN 1 AND 100000000000000
        UNION ALL
        SELECT j.credit, 0, j.amount, j.flag & 2 <> 0,
            CASE WHEN j.counts & 16 <> 0 THEN j.amount ELSE 0 END,
            CASE WHEN j.counts & 32 <> 0 THEN j.amount ELSE 0 END
        FROM j WHERE j.kind < 2 AND j.amount BETWEEN 1 AND 100000000000000) s
    GROUP BY s.account
), families AS MATERIALIZED ( -- owners with several accounts in the book: their limits run over all of them
    SELECT a.owner_ref, a.book,
        ledger.total(CASE WHEN a.debit_normal THEN 0 ELSE a.credits_posted + a.credits_pending - a.debits_posted END)
            AS balance,
        ledger.total(CASE WHEN a.used_month = c.month THEN a.conversions_used ELSE 0 END) AS conversions_used,
        ledger.total(CASE WHEN a.used_month = c.month THEN a.total_used ELSE 0 END) AS total_used
    FROM ledger.accounts a LEFT JOIN ledger.limit_classes c ON c.class = a.limit_class
    WHERE a.owner_ref = ANY (ARRAY (SELECT acc.owner_ref FROM acc WHERE NOT acc.sole))
    GROUP BY a.owner_ref, a.book
), family_sums AS MATERIALIZED (
    SELECT x.owner_ref, x.book, ledger.total(s.credits) AS credits, ledger.total(s.conversions) AS conversions,
        ledger.total(s.totals) AS totals
    FROM sums s JOIN acc x ON x.id = s.account WHERE NOT x.sole GROUP BY x.owner_ref, x.book
), tight AS MATERIALIZED (
    SELECT s.account
    FROM sums s JOIN acc x ON x.id = s.account
    LEFT JOIN families f ON f.owner_ref = x.owner_ref AND f.book = x.book
    LEFT JOIN family_sums g ON g.owner_ref = x.owner_ref AND g.book = x.book
    WHERE s.exact
        OR CASE WHEN x.debit_normal
            THEN x.debits_posted - x.credits_posted - x.credits_pending + x.credit_limit_minor < s.credits
                OR x.debits_posted + x.debits_pending - x.credits_posted + s.debits > x.balance_ceiling_minor
            ELSE x.credits_posted - x.debits_posted - x.debits_pending + x.credit_limit_minor < s.debits
                OR x.credits_posted + x.credits_pending - x.debits_posted + s.credits > x.balance_ceiling_minor
                OR coalesce(f.balance, x.credits_posted + x.credits_pending - x.debits_posted)
                    + coalesce(g.credits, s.credits) > x.balance_max
            END
        OR coalesce(f.conversions_used, x.conversions_used) + coalesce(g.conversions, s.conversions)
            > x.conversions_max
        OR coalesce(f.total_used, x.total_used) + coalesce(g.totals, s.totals) > x.total_max
        OR x.debits_posted + x.debits_pending + s.debits > 4000000000000000000
        OR x.credits_posted + x.credits_pending + s.credits > 4000000000000000000
)
SELECT j.ord, j.fault::smallint, j.missing::smallint, coalesce(j.counts, 0)::smallint
FROM j LEFT JOIN tight d ON d.account = j.debit LEFT JOIN tight c ON c.account = j.credit
WHERE p_all OR j.fault <> 0 OR j.missing <> 0 OR j.kind > 1 OR d.account IS NOT NULL OR c.account IS NOT NULL
    OR (j.flag & 1 <> 0 AND j.ord = cardinality(b.ids))
ORDER BY j.ord;
$$;
