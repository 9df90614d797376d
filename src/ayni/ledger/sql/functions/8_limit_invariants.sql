-- The same for limits and returns: that what is kept for speed says what the facts say.
CREATE OR REPLACE FUNCTION ledger.limit_violations() RETURNS TABLE (invariant text, subject text, found text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
WITH fresh AS MATERIALIZED ( -- a class whose rows have changed since is looked up anew before the next posting
    SELECT c.*, (c.fresh_from AT TIME ZONE c.time_zone)::date AS day
    FROM ledger.limit_classes c WHERE c.fresh_until > '-infinity'
), stretches AS MATERIALIZED ( -- the rows of the code table, each from its first instant to that of the next
    SELECT k.class, k.code, k.counts, k.valid_from::timestamp AT TIME ZONE c.time_zone AS begins_at,
        coalesce(lead(k.valid_from) OVER (PARTITION BY k.class, k.code ORDER BY k.valid_from)::timestamp
            AT TIME ZONE c.time_zone, 'infinity') AS ends_at
    FROM ledger.limit_codes k JOIN ledger.limit_classes c ON c.class = k.class
), former AS MATERIALIZED (
    SELECT f.owner_ref, f.limit_class, f.until_seq,
        lag(f.until_seq, 1, 0::bigint) OVER (PARTITION BY f.owner_ref ORDER BY f.until_seq) AS after_seq
    FROM ledger.former_classes f
), mine AS MATERIALIZED ( -- each account with the month that its usage is of; an owner's classes share a time zone
    SELECT a.id, a.owner_ref, a.limit_class,
        make_timestamptz(a.used_month / 12, a.used_month % 12 + 1, 1, 0, 0, 0, c.time_zone) AS begins_at,
        make_timestamptz((a.used_month + 1) / 12, (a.used_month + 1) % 12 + 1, 1, 0, 0, 0, c.time_zone) AS ends_at
    FROM ledger.accounts a JOIN ledger.limit_classes c ON c.class = a.limit_class WHERE a.used_month > 0
), uses AS MATERIALIZED ( -- what each single and each hold still uses, after voids, expiries, parts and returns
    SELECT t.seq, t.code, t.created_at, t.debit_account_id, t.credit_account_id,
        CASE WHEN t.kind = 0 OR h.state = 0 THEN t.amount_minor ELSE coalesce(p.amount_minor, 0) END
            - coalesce(r.returned_minor, 0) AS amount
    FROM ledger.transfers t
    LEFT JOIN ledger.holds h ON h.id = t.id
    LEFT JOIN ledger.transfers p ON p.pending_id = t.id AND p.kind = 2
    LEFT JOIN ledger.returned r ON r.id = coalesce(p.id, t.id)
    WHERE t.kind IN (0, 1)
), legs AS MATERIALIZED (
    SELECT d.id AS account, d.owner_ref, d.limit_class, u.seq, u.code, u.created_at, u.amount, 0 AS shift
    FROM uses u JOIN mine d ON d.id = u.debit_account_id JOIN ledger.accounts c ON c.id = u.credit_account_id
    WHERE d.owner_ref <> c.owner_ref AND u.created_at >= d.begins_at AND u.created_at < d.ends_at
    UNION ALL
    SELECT c.id, c.owner_ref, c.limit_class, u.seq, u.code, u.created_at, u.amount, 3
    FROM uses u JOIN mine c ON c.id = u.credit_account_id JOIN ledger.accounts d ON d.id = u.debit_account_id
    WHERE d.owner_ref <> c.owner_ref AND u.created_at >= c.begins_at AND u.created_at < c.ends_at
), used AS MATERIALIZED (
    SELECT l.account, ledger.total(CASE WHEN (k.counts >> l.shift) & 2 <> 0 THEN l.amount ELSE 0 END) AS conversions,
        ledger.total(CASE WHEN (k.counts >> l.shift) & 4 <> 0 THEN l.amount ELSE 0 END) AS totals
    FROM legs l
    LEFT JOIN former f ON f.owner_ref = l.owner_ref AND l.seq > f.after_seq AND l.seq <= f.until_seq
    JOIN stretches k ON k.class = coalesce(f.limit_class, l.limit_class) AND k.code = l.code
        AND l.created_at >= k.begins_at AND l.created_at < k.ends_at
    GROUP BY l.account
)
SELECT 'today''s limits are what the dated rows say', 'class ' || f.class,
    format('known %s, maxima %s, %s, %s, %s, month %s', f.known, f.single_max, f.conversions_max, f.total_max,
        f.balance_max, f.month)
FROM fresh f CROSS JOIN LATERAL ledger.limits_on(f.class, f.day) l
WHERE (f.known, f.single_max, f.conversions_max, f.total_max, f.balance_max)
        IS DISTINCT FROM (l.known, l.single_max, l.conversions_max, l.total_max, l.balance_max)
    OR f.month <> ledger.month_of(f.fresh_from, f.time_zone)
    OR f.fresh_until <> (f.day + 1)::timestamp AT TIME ZONE f.time_zone
UNION ALL
SELECT 'today''s codes are what the dated rows say', format('class %s, code %s', x.class, x.code),
    format('%s by the table of today, %s by the dated rows', x.cached, x.dated)
FROM (
    SELECT coalesce(t.class, d.class) AS class, coalesce(t.code, d.code) AS code, t.counts AS cached, d.counts AS dated
    FROM (SELECT y.* FROM ledger.limit_codes_today y JOIN fresh f ON f.class = y.class) t
    FULL JOIN (SELECT f.class, k.* FROM fresh f CROSS JOIN LATERAL ledger.codes_on(f.class, f.day) k) d
        ON d.class = t.class AND d.code = t.code) x
WHERE x.cached IS DISTINCT FROM x.dated
UNION ALL
SELECT 'usage equals what its month''s transfers and holds count', a.id::text,
    format('%s and %s by counters, %s and %s by transfers', a.conversions_used, a.total_used,
        coalesce(u.conversions, 0), coalesce(u.totals, 0))
FROM ledger.accounts a LEFT JOIN used u ON u.account = a.id
WHERE a.conversions_used <> coalesce(u.conversions, 0) OR a.total_used <> coalesce(u.totals, 0)
UNION ALL
SELECT 'what is returned is the sum of the returns', coalesce(r.id, t.id)::text,
    format('%s of %s kept, %s by transfers', r.returned_minor, r.amount_minor, t.returned)
FROM ledger.returned r
FULL JOIN (SELECT x.pending_id AS id, ledger.total(x.amount_minor) AS returned
    FROM ledger.transfers x WHERE x.kind = 5 GROUP BY x.pending_id) t ON t.id = r.id
WHERE r.returned_minor IS DISTINCT FROM t.returned
UNION ALL
SELECT 'a return goes the way back', t.id::text, coalesce(o.id::text, 'of nothing')
FROM ledger.transfers t LEFT JOIN ledger.transfers o ON o.id = t.pending_id
LEFT JOIN ledger.returned r ON r.id = t.pending_id
WHERE t.kind = 5 AND ((t.debit_account_id, t.credit_account_id, t.book)
        IS DISTINCT FROM (o.credit_account_id, o.debit_account_id, o.book)
    OR o.kind NOT IN (0, 2) OR r.amount_minor IS DISTINCT FROM o.amount_minor);
$$;
REVOKE ALL ON FUNCTION ledger.limit_violations FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.limit_violations TO ayni_app;
