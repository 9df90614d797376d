-- What every posting stands on: the lock, the batch, the limits of the day, the answers to known ids.

DO $$
BEGIN
    IF to_regtype('ledger.batch') IS NULL THEN
        -- One call's transfers, column by column. A null array stands for "none has one".
        CREATE TYPE ledger.batch AS (
            ids uuid[], event_ids uuid[], books smallint[], debits uuid[], credits uuid[], amounts bigint[],
            codes smallint[], kinds smallint[], flags smallint[], -- 1 linked, 2 balancing
            pending_ids uuid[], timeouts integer[], refs uuid[], event_ats timestamptz[], contexts jsonb[]);
        -- What was decided, by position. `moved` is what moves, `held` what a resolved hold held.
        CREATE TYPE ledger.decisions AS (
            results smallint[], moved bigint[], debits uuid[], credits uuid[], held bigint[],
            counts smallint[], seqs bigint[]);
        -- bigint in, bigint out: the built-in sum goes through numeric and is several times slower.
        CREATE AGGREGATE ledger.total(bigint) (
            SFUNC = pg_catalog.int8pl, STYPE = bigint, INITCOND = '0', PARALLEL = SAFE);
    END IF;
END;
$$;

-- One poster at a time. Taken as a statement of its own, so that what follows sees all that was committed.
CREATE OR REPLACE FUNCTION ledger.take_lock() RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION USING ERRCODE = 'AY101',
            MESSAGE = 'the ledger is changed under READ COMMITTED only';
    END IF;
    PERFORM pg_advisory_xact_lock(7165646765);
END;
$$;

CREATE OR REPLACE FUNCTION ledger.month_of(p_at timestamptz, p_zone text) RETURNS integer
LANGUAGE sql STABLE
AS $$
    SELECT (extract(year FROM p_at AT TIME ZONE p_zone) * 12
            + extract(month FROM p_at AT TIME ZONE p_zone) - 1)::integer;
$$;

-- What the dated rows of a class say for a day. The newest row that has begun decides each kind; when it has
-- ended, the kind has no row for the day. `known` has the bits of those that have: 1 single, 2 conversions,
-- 4 total, 8 balance.
CREATE OR REPLACE FUNCTION ledger.limits_on(p_class smallint, p_on date)
RETURNS TABLE (known smallint, single_max bigint, conversions_max bigint, total_max bigint, balance_max bigint)
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(sum(CASE l.kind WHEN 'single' THEN 1 WHEN 'conversions_month' THEN 2
                        WHEN 'total_month' THEN 4 ELSE 8 END), 0)::smallint,
        max(l.maximum_minor) FILTER (WHERE l.kind = 'single'),
        max(l.maximum_minor) FILTER (WHERE l.kind = 'conversions_month'),
        max(l.maximum_minor) FILTER (WHERE l.kind = 'total_month'),
        max(l.maximum_minor) FILTER (WHERE l.kind = 'balance')
    FROM (
        SELECT DISTINCT ON (r.kind) r.* FROM ledger.limits r
        WHERE r.class = p_class AND r.valid_from <= p_on
        ORDER BY r.kind, r.valid_from DESC) l
    WHERE l.valid_until IS NULL OR l.valid_until >= p_on;
$$;

-- Which codes may touch a class on a day, and in which limits each counts.
CREATE OR REPLACE FUNCTION ledger.codes_on(p_class smallint, p_on date)
RETURNS TABLE (code smallint, counts smallint)
LANGUAGE sql STABLE
AS $$
    SELECT DISTINCT ON (k.code) k.code, k.counts FROM ledger.limit_codes k
    WHERE k.class = p_class AND k.valid_from <= p_on
    ORDER BY k.code, k.valid_from DESC;
$$;

-- Looks up the dated limits anew for classes whose local day has changed. Under the lock.
CREATE OR REPLACE FUNCTION ledger.refresh_limits(p_now timestamptz) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ledger.limit_classes WHERE p_now < fresh_from OR p_now >= fresh_until) THEN
        RETURN;
    END IF;
    DELETE FROM ledger.limit_codes_today;
    INSERT INTO ledger.limit_codes_today (class, code, counts)
    SELECT c.class, k.code, k.counts
    FROM ledger.limit_classes c
    CROSS JOIN LATERAL ledger.codes_on(c.class, (p_now AT TIME ZONE c.time_zone)::date) k;
    UPDATE ledger.limit_classes c
    SET fresh_from = p_now,
        fresh_until = ((p_now AT TIME ZONE c.time_zone)::date + 1)::timestamp AT TIME ZONE c.time_zone,
        month = ledger.month_of(p_now, c.time_zone),
        known = d.known, single_max = d.single_max, conversions_max = d.conversions_max,
        total_max = d.total_max, balance_max = d.balance_max
    FROM ledger.limit_classes k
    CROSS JOIN LATERAL ledger.limits_on(k.class, (p_now AT TIME ZONE k.time_zone)::date) d
    WHERE c.class = k.class;
END;
$$;

-- The order of the ledger and its instant, which never goes back even if the clock does.
CREATE OR REPLACE FUNCTION ledger.head(OUT last_seq bigint, OUT now_at timestamptz)
LANGUAGE plpgsql
AS $$
DECLARE
    v_last_at timestamptz;
BEGIN
    SELECT t.seq, t.created_at INTO last_seq, v_last_at FROM ledger.transfers t ORDER BY t.seq DESC LIMIT 1;
    last_seq := coalesce(last_seq, 0);
    now_at := greatest(foundation.now(), v_last_at);
END;
$$;

-- The first field in which a request differs from what its id was used for; 0 when none does.
CREATE OR REPLACE FUNCTION ledger.differing_field(
    b ledger.batch, i integer, p_kind smallint, p_balancing boolean, p_pending uuid, p_timeout integer,
    p_book smallint, p_debit uuid, p_credit uuid, p_amount bigint, p_code smallint, p_event uuid,
    p_reference uuid, p_event_at timestamptz) RETURNS smallint
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE
        WHEN coalesce(b.kinds[i], 0) <> p_kind THEN 10
        WHEN (coalesce(b.flags[i], 0) & 2 <> 0) <> p_balancing THEN 11
        WHEN b.pending_ids[i] IS DISTINCT FROM p_pending THEN 12
        WHEN b.timeouts[i] IS DISTINCT FROM p_timeout THEN 13
        WHEN b.books[i] <> p_book THEN 14
        WHEN b.debits[i] IS DISTINCT FROM p_debit AND (b.debits[i] IS NOT NULL OR p_kind < 2) THEN 15
        WHEN b.credits[i] IS DISTINCT FROM p_credit AND (b.credits[i] IS NOT NULL OR p_kind < 2) THEN 16
        WHEN b.amounts[i] <> p_amount THEN 17
        WHEN b.codes[i] <> p_code THEN 18
        WHEN b.event_ids[i] <> p_event THEN 19
        WHEN b.refs[i] IS DISTINCT FROM p_reference THEN 20
        WHEN b.event_ats[i] IS NOT NULL AND b.event_ats[i] IS DISTINCT FROM p_event_at THEN 21
        ELSE 0 END::smallint;
$$;

-- What the ledger remembers of ids in the batch that it has met before: answer, amount and seq.
CREATE OR REPLACE FUNCTION ledger.recall(b ledger.batch)
RETURNS TABLE (ord integer, answer smallint, amount bigint, seq bigint)
LANGUAGE sql STABLE
AS $$
    SELECT u.ord::integer, CASE d.field WHEN 0 THEN 1 ELSE d.field END::smallint,
        CASE d.field WHEN 0 THEN t.amount_minor ELSE 0 END, CASE d.field WHEN 0 THEN t.seq ELSE 0 END
    FROM unnest(b.ids) WITH ORDINALITY u (id, ord)
    JOIN (SELECT * FROM ledger.transfers WHERE id = ANY (b.ids)) t ON t.id = u.id
    CROSS JOIN LATERAL (SELECT ledger.differing_field(
        b, u.ord::integer, t.kind, t.balancing, t.pending_id, t.timeout_seconds, t.book, t.debit_account_id,
        t.credit_account_id, coalesce(t.requested_minor, t.amount_minor), t.code, t.event_id, t.reference,
        t.event_at) AS field) d
    UNION ALL
    SELECT u.ord::integer, CASE d.field WHEN 0 THEN r.result ELSE d.field END::smallint, 0, 0
    FROM unnest(b.ids) WITH ORDINALITY u (id, ord)
    JOIN (SELECT * FROM ledger.refusals WHERE id = ANY (b.ids)) r ON r.id = u.id
    CROSS JOIN LATERAL (SELECT ledger.differing_field(
        b, u.ord::integer, r.kind, r.balancing, r.pending_id, r.timeout_seconds, r.book, r.debit_account_id,
        r.credit_account_id, r.amount_minor, r.code, r.event_id, r.reference, r.event_at) AS field) d;
$$;

-- Whether money on an account with a purpose once came from `p_origin`, and so may go back there.
CREATE OR REPLACE FUNCTION ledger.came_from(p_account uuid, p_origin uuid) RETURNS boolean
LANGUAGE sql STABLE
AS $$
    SELECT EXISTS (SELECT FROM ledger.purpose_origins o
        WHERE o.account_id = p_account AND o.origin_account_id = p_origin);
$$;
