-- What an owner may still do today: for each limit of the owner's class that has a row for the day, the maximum
-- (null: none), what is used of it in its window, and when the window ends (null: it has none). The same sums
-- over the owner's accounts of a book as a posting makes, from the dated rows themselves.
CREATE OR REPLACE FUNCTION ledger.limit_use(p_owner uuid, p_book smallint)
RETURNS TABLE (kind text, maximum_minor bigint, used_minor bigint, renews_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ledger.owners o WHERE o.owner_ref = p_owner) THEN
        RAISE EXCEPTION USING ERRCODE = 'AY104', MESSAGE = 'the owner is not known to the ledger';
    END IF;
    RETURN QUERY
    WITH today AS (
        SELECT c.class, ledger.month_of(h.now_at, c.time_zone) AS month, (h.now_at AT TIME ZONE c.time_zone)::date AS day,
            (date_trunc('month', h.now_at AT TIME ZONE c.time_zone) + interval '1 month') AT TIME ZONE c.time_zone
                AS month_ends
        FROM ledger.owners o JOIN ledger.limit_classes c ON c.class = o.limit_class CROSS JOIN ledger.head() h
        WHERE o.owner_ref = p_owner
    ), used AS (
        SELECT coalesce(ledger.total(CASE WHEN a.debit_normal THEN 0
                ELSE a.credits_posted + a.credits_pending - a.debits_posted END), 0) AS balance,
            coalesce(ledger.total(CASE WHEN a.used_month = t.month THEN a.conversions_used ELSE 0 END), 0) AS conversions,
            coalesce(ledger.total(CASE WHEN a.used_month = t.month THEN a.total_used ELSE 0 END), 0) AS total
        FROM today t JOIN ledger.accounts a ON a.owner_ref = p_owner AND a.book = p_book
    )
    SELECT k.kind, k.maximum, k.used, k.ends
    FROM today t CROSS JOIN used u CROSS JOIN LATERAL ledger.limits_on(t.class, t.day) l
    CROSS JOIN LATERAL (VALUES
        (1, 'single', l.single_max, 0::bigint, NULL::timestamptz),
        (2, 'conversions_month', l.conversions_max, u.conversions, t.month_ends),
        (4, 'total_month', l.total_max, u.total, t.month_ends),
        (8, 'balance', l.balance_max, u.balance, NULL)) k (bit, kind, maximum, used, ends)
    WHERE l.known & k.bit <> 0
    ORDER BY k.bit;
END;
$$;
REVOKE ALL ON FUNCTION ledger.limit_use FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.limit_use TO ayni_app;
