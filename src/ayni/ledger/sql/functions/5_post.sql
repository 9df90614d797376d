-- Expires overdue holds, oldest first, at most `p_most`. Under the lock. Returns how many.
CREATE OR REPLACE FUNCTION ledger.expire_due(p_now timestamptz, p_last_seq bigint, p_most integer)
RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    b ledger.batch;
    d ledger.decisions;
    v_done bigint;
    v_due uuid[];
    v_accounts uuid[];
BEGIN
    IF NOT EXISTS (SELECT FROM ledger.holds h WHERE h.state = 0 AND h.expires_at <= p_now) THEN
        RETURN 0;
    END IF;
    SELECT array_agg(o.id), array_agg(o.debit_account_id) || array_agg(o.credit_account_id)
    INTO v_due, v_accounts
    FROM (SELECT * FROM ledger.holds o WHERE o.state = 0 AND o.expires_at <= p_now
          ORDER BY o.expires_at, o.seq LIMIT p_most) o;
    SELECT array_agg(ledger.expiry_id(h.id, h.expires_at) ORDER BY h.expires_at, h.seq),
        array_agg(h.event_id ORDER BY h.expires_at, h.seq), array_agg(h.book ORDER BY h.expires_at, h.seq),
        array_agg(h.debit_account_id ORDER BY h.expires_at, h.seq),
        array_agg(h.credit_account_id ORDER BY h.expires_at, h.seq),
        array_agg(h.amount_minor ORDER BY h.expires_at, h.seq),
        array_agg(h.code ORDER BY h.expires_at, h.seq), array_agg(4::smallint),
        array_agg(h.id ORDER BY h.expires_at, h.seq), array_agg(h.amount_minor ORDER BY h.expires_at, h.seq),
        array_agg((CASE WHEN h.debit_month = x.month THEN h.counts & 7 ELSE 0 END
            | CASE WHEN h.credit_month = y.month THEN h.counts & 56 ELSE 0 END)::smallint
            ORDER BY h.expires_at, h.seq)
    INTO b.ids, b.event_ids, b.books, b.debits, b.credits, b.amounts, b.codes, b.kinds, b.pending_ids, d.held,
        d.counts
    FROM (SELECT * FROM ledger.holds o WHERE o.id = ANY (v_due)) h
    JOIN (SELECT * FROM ledger.accounts a WHERE a.id = ANY (v_accounts)) dr ON dr.id = h.debit_account_id
    JOIN (SELECT * FROM ledger.accounts a WHERE a.id = ANY (v_accounts)) cr ON cr.id = h.credit_account_id
    LEFT JOIN ledger.limit_classes x ON x.class = dr.limit_class
    LEFT JOIN ledger.limit_classes y ON y.class = cr.limit_class;
    v_done := ledger.apply(b, d, p_last_seq, p_now);
    PERFORM ledger.resolve_holds(b, d);
    RETURN v_done;
END;
$$;

-- The one id of a hold's expiry: version 8, from SHA-256, dated when it was due.
CREATE OR REPLACE FUNCTION ledger.expiry_id(p_hold uuid, p_due timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE
AS $$
    SELECT (lpad(to_hex((extract(epoch FROM p_due) * 1000)::bigint), 12, '0') || '8' || substr(x, 1, 3)
        || to_hex(8 + ('x' || substr(x, 4, 1))::bit(4)::integer % 4) || substr(x, 5, 15))::uuid
    FROM (SELECT encode(sha256(convert_to('expire:' || p_hold, 'UTF8')), 'hex') AS x) h;
$$;

-- The job's part: expires up to `p_most` overdue holds and returns how many.
CREATE OR REPLACE FUNCTION ledger.expire(p_most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
SET enable_nestloop = off SET enable_seqscan = off SET enable_mergejoin = off
AS $$
DECLARE
    v_head record;
BEGIN
    PERFORM ledger.take_lock();
    SELECT * INTO v_head FROM ledger.head();
    PERFORM ledger.refresh_limits(v_head.now_at);
    RETURN ledger.expire_due(v_head.now_at, v_head.last_seq, p_most);
END;
$$;

-- Posts a batch. The settings keep every plan to index look-ups by key and hash joins, whatever the sizes of
-- the tables were when it was made: a plan that was right for an empty ledger is right for a full one.
-- Nulls for results, amounts and seqs mean that all of it was created, from first_seq on.
-- `p_ordered` sends everything through the loop; the answer is the same.
CREATE OR REPLACE FUNCTION ledger.post(
    p_ids uuid[], p_event_ids uuid[], p_books smallint[], p_debits uuid[], p_credits uuid[],
    p_amounts bigint[], p_codes smallint[], p_kinds smallint[], p_flags smallint[], p_pending_ids uuid[],
    p_timeouts integer[], p_refs uuid[], p_event_ats timestamptz[], p_contexts jsonb[],
    p_ordered boolean DEFAULT false,
    OUT first_seq bigint, OUT results smallint[], OUT amounts bigint[], OUT seqs bigint[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
SET enable_nestloop = off SET enable_seqscan = off SET enable_mergejoin = off SET work_mem = '64MB'
AS $$
DECLARE
    b ledger.batch := ROW(p_ids, p_event_ids, p_books, p_debits, p_credits, p_amounts, p_codes, p_kinds, p_flags,
        p_pending_ids, p_timeouts, p_refs, p_event_ats, p_contexts)::ledger.batch;
    d ledger.decisions;
    n integer := coalesce(cardinality(p_ids), 0);
    v_last bigint; v_now timestamptz; v_all boolean := coalesce(p_ordered, false);
    v_known integer[]; v_answers smallint[]; v_amounts bigint[]; v_seqs bigint[];
BEGIN
    PERFORM ledger.check_batch(b);
    IF n = 0 THEN
        RETURN;
    END IF;
    PERFORM ledger.take_lock();
    IF n = 1 AND NOT v_all AND p_flags IS NULL AND p_pending_ids IS NULL THEN
        first_seq := ledger.post_one(p_ids[1], p_event_ids[1], p_books[1], p_debits[1], p_credits[1], p_amounts[1],
            p_codes[1], coalesce(p_kinds[1], 0::smallint), p_timeouts[1], p_refs[1], p_event_ats[1], p_contexts[1]);
        IF first_seq IS NOT NULL THEN
            RETURN;
        END IF;
    END IF;
    SELECT h.last_seq, h.now_at INTO v_last, v_now FROM ledger.head() h;
    PERFORM ledger.refresh_limits(v_now);
    v_last := v_last + ledger.expire_due(v_now, v_last, 100);
    IF ledger.may_be_known(p_ids) THEN
        SELECT array_agg(k.ord), array_agg(k.answer), array_agg(k.amount), array_agg(k.seq)
        INTO v_known, v_answers, v_amounts, v_seqs FROM ledger.recall(b) k;
    END IF;
    v_all := v_all OR v_known IS NOT NULL OR ledger.refers_to_itself(b);
    IF NOT v_all AND p_flags IS NULL AND p_pending_ids IS NULL AND ledger.post_set(b, v_last, v_now) THEN
        first_seq := v_last + 1;
        RETURN;
    END IF;
    d := ledger.decide(b, v_now, v_all, v_known, v_answers, v_amounts, v_seqs);
    first_seq := v_last + 1;
    PERFORM ledger.apply(b, d, v_last, v_now);
    IF d.results IS NULL THEN
        RETURN;
    END IF;
    IF p_pending_ids IS NOT NULL THEN
        PERFORM ledger.resolve_holds(b, d);
    END IF;
    PERFORM ledger.remember(b, d, v_known, v_now);
    results := d.results;
    amounts := d.moved;
    seqs := d.seqs;
    FOR i IN 1 .. n LOOP
        IF results[i] = 0 THEN
            v_last := v_last + 1;
            seqs[i] := v_last;
        ELSIF results[i] = 1 AND seqs[i] < 0 THEN
            seqs[i] := seqs[-seqs[i]];
        ELSIF results[i] > 1 THEN
            amounts[i] := 0;
            seqs[i] := 0;
        END IF;
    END LOOP;
END;
$$;

-- Refuses a batch that is not one: columns that are missing, of different lengths, of several dimensions or not
-- counted from 1 (what stands at one place must be one transfer), nulls where none may be, too many.
CREATE OR REPLACE FUNCTION ledger.check_batch(b ledger.batch) RETURNS void
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
    n integer := coalesce(cardinality(b.ids), 0);
    v_dims text := '[1:' || n || ']';
BEGIN
    IF n > 8192 THEN
        RAISE EXCEPTION USING ERRCODE = 'AY102', MESSAGE = 'more than 8192 transfers in one batch';
    END IF;
    IF n = 0 THEN
        IF (cardinality(b.event_ids) > 0 OR cardinality(b.books) > 0 OR cardinality(b.debits) > 0
            OR cardinality(b.credits) > 0 OR cardinality(b.amounts) > 0 OR cardinality(b.codes) > 0) IS TRUE THEN
            RAISE EXCEPTION USING ERRCODE = 'AY103', MESSAGE = 'the columns of the batch do not fit together';
        END IF;
        RETURN;
    END IF;
    IF (array_dims(b.ids) = v_dims AND array_dims(b.event_ids) = v_dims AND array_dims(b.books) = v_dims
        AND array_dims(b.debits) = v_dims AND array_dims(b.credits) = v_dims AND array_dims(b.amounts) = v_dims
        AND array_dims(b.codes) = v_dims
        AND (b.kinds IS NULL OR array_dims(b.kinds) = v_dims)
        AND (b.flags IS NULL OR array_dims(b.flags) = v_dims)
        AND (b.pending_ids IS NULL OR array_dims(b.pending_ids) = v_dims)
        AND (b.timeouts IS NULL OR array_dims(b.timeouts) = v_dims)
        AND (b.refs IS NULL OR array_dims(b.refs) = v_dims)
        AND (b.event_ats IS NULL OR array_dims(b.event_ats) = v_dims)
        AND (b.contexts IS NULL OR array_dims(b.contexts) = v_dims)
        AND array_position(b.ids, NULL) IS NULL AND array_position(b.event_ids, NULL) IS NULL
        AND array_position(b.books, NULL) IS NULL AND array_position(b.amounts, NULL) IS NULL
        AND array_position(b.codes, NULL) IS NULL) IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'AY103', MESSAGE = 'the columns of the batch do not fit together';
    END IF;
END;
$$;

-- Whether some id of the batch may have been met before. Ids grow with time, so for a fresh batch two looks
-- at the end of an index say no; only when something lies between its ids is each one looked up.
CREATE OR REPLACE FUNCTION ledger.may_be_known(p_ids uuid[]) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v_low uuid; v_high uuid;
BEGIN
    SELECT u INTO v_low FROM unnest(p_ids) u ORDER BY u LIMIT 1;
    SELECT u INTO v_high FROM unnest(p_ids) u ORDER BY u DESC LIMIT 1;
    RETURN EXISTS (SELECT FROM ledger.transfers t WHERE t.id BETWEEN v_low AND v_high)
        OR EXISTS (SELECT FROM ledger.refusals r WHERE r.id BETWEEN v_low AND v_high);
END;
$$;

-- Whether a batch uses an id twice, or resolves a hold that it makes itself.
CREATE OR REPLACE FUNCTION ledger.refers_to_itself(b ledger.batch) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    RETURN (SELECT count(*) FROM (SELECT DISTINCT u FROM unnest(b.ids) u) x) < cardinality(b.ids)
        OR (b.pending_ids IS NOT NULL AND EXISTS (
            SELECT FROM unnest(b.pending_ids) p JOIN unnest(b.ids) i ON i = p));
END;
$$;
