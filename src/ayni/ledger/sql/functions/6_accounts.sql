-- Owners, accounts and their guards. All of it under the ledger's lock, so that after `freeze` returns no
-- debit has a later seq.

CREATE OR REPLACE FUNCTION ledger.open_owners(p_refs uuid[], p_class smallint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_opened bigint;
BEGIN
    PERFORM ledger.take_lock();
    INSERT INTO ledger.owners (owner_ref, limit_class, created_at)
    SELECT DISTINCT u, p_class, foundation.now() FROM unnest(p_refs) u
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_opened = ROW_COUNT;
    RETURN v_opened;
END;
$$;

-- Opens accounts; an id that exists is left as it is. Returns how many are new.
CREATE OR REPLACE FUNCTION ledger.open_accounts(
    p_ids uuid[], p_owners uuid[], p_book smallint, p_code smallint, p_debit_normal boolean,
    p_credit_limit bigint, p_ceiling bigint, p_purpose smallint, p_accepts smallint[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
AS $$
DECLARE
    v_opened bigint;
BEGIN
    PERFORM ledger.take_lock();
    INSERT INTO ledger.accounts (id, owner_ref, created_at, credit_limit_minor, balance_ceiling_minor, book, code,
        flags, limit_class, purpose, debit_normal, accepts)
    SELECT u.id, u.owner, foundation.now(), p_credit_limit, p_ceiling, p_book, p_code, o.flags << 3, o.limit_class,
        p_purpose, p_debit_normal, p_accepts
    FROM unnest(p_ids, p_owners) u (id, owner) JOIN ledger.owners o ON o.owner_ref = u.owner
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_opened = ROW_COUNT;
    IF v_opened < cardinality(p_ids) AND EXISTS (
        SELECT FROM unnest(p_owners) u WHERE NOT EXISTS (SELECT FROM ledger.owners o WHERE o.owner_ref = u)) THEN
        RAISE EXCEPTION USING ERRCODE = 'AY104', MESSAGE = 'an owner is not known to the ledger';
    END IF;
    UPDATE ledger.accounts a SET sole = false
    WHERE a.sole AND a.owner_ref = ANY (ARRAY (
        SELECT s.owner_ref FROM ledger.accounts s WHERE s.owner_ref = ANY (p_owners)
        GROUP BY s.owner_ref, s.book HAVING count(*) > 1 AND bool_or(s.sole)))
        AND EXISTS (SELECT FROM ledger.accounts s
            WHERE s.owner_ref = a.owner_ref AND s.book = a.book AND s.id <> a.id);
    RETURN v_opened;
END;
$$;

-- Sets or clears flags of an account: 1 frozen, 2 dormant, 4 legal hold. Returns the flags that it has now.
CREATE OR REPLACE FUNCTION ledger.flag_account(p_id uuid, p_flags smallint, p_on boolean) RETURNS smallint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_flags smallint;
BEGIN
    PERFORM ledger.take_lock();
    UPDATE ledger.accounts a
    SET flags = CASE WHEN p_on THEN a.flags | (p_flags & 7) ELSE a.flags & ~(p_flags & 7) END
    WHERE a.id = p_id RETURNING a.flags INTO v_flags;
    IF v_flags IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AY105', MESSAGE = 'there is no such account';
    END IF;
    RETURN v_flags;
END;
$$;

-- The same for an owner, and through it for all of the owner's accounts.
CREATE OR REPLACE FUNCTION ledger.flag_owner(p_owner uuid, p_flags smallint, p_on boolean) RETURNS smallint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_flags smallint;
BEGIN
    PERFORM ledger.take_lock();
    UPDATE ledger.owners o
    SET flags = CASE WHEN p_on THEN o.flags | (p_flags & 7) ELSE o.flags & ~(p_flags & 7) END
    WHERE o.owner_ref = p_owner RETURNING o.flags INTO v_flags;
    IF v_flags IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'AY104', MESSAGE = 'the owner is not known to the ledger';
    END IF;
    UPDATE ledger.accounts a SET flags = (a.flags & ~56) | (v_flags << 3) WHERE a.owner_ref = p_owner;
    RETURN v_flags;
END;
$$;

-- Closes an account for good: it must be empty, without holds.
CREATE OR REPLACE FUNCTION ledger.close_account(p_id uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM ledger.take_lock();
    UPDATE ledger.accounts a SET flags = a.flags | 64 WHERE a.id = p_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AY105', MESSAGE = 'there is no such account';
    END IF;
END;
$$;

-- Sets an account's credit limit and ceiling. Lowering the limit below what is used is refused.
CREATE OR REPLACE FUNCTION ledger.set_account_limits(p_id uuid, p_credit_limit bigint, p_ceiling bigint)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM ledger.take_lock();
    UPDATE ledger.accounts a SET credit_limit_minor = p_credit_limit, balance_ceiling_minor = p_ceiling
    WHERE a.id = p_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AY105', MESSAGE = 'there is no such account';
    END IF;
END;
$$;

-- Moves an owner to another class of limits, and keeps in mind until when the old one was in force. Both count
-- their months in one time zone: what a month has used would otherwise be forgotten, or given back twice.
CREATE OR REPLACE FUNCTION ledger.set_limit_class(p_owner uuid, p_class smallint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_owner ledger.owners%ROWTYPE;
BEGIN
    PERFORM ledger.take_lock();
    SELECT * INTO v_owner FROM ledger.owners o WHERE o.owner_ref = p_owner;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'AY104', MESSAGE = 'the owner is not known to the ledger';
    END IF;
    IF v_owner.limit_class IS NOT DISTINCT FROM p_class THEN
        RETURN;
    END IF;
    IF EXISTS (SELECT FROM ledger.limit_classes x JOIN ledger.limit_classes y ON y.class = p_class
               WHERE x.class = v_owner.limit_class AND x.time_zone <> y.time_zone) THEN
        RAISE EXCEPTION USING ERRCODE = 'AY106', MESSAGE = 'the classes count their months in different time zones';
    END IF;
    INSERT INTO ledger.former_classes (owner_ref, until_seq, limit_class, created_at)
    SELECT p_owner, h.last_seq, v_owner.limit_class, h.now_at FROM ledger.head() h
    ON CONFLICT DO NOTHING;
    UPDATE ledger.owners o SET limit_class = p_class WHERE o.owner_ref = p_owner;
    UPDATE ledger.accounts a SET limit_class = p_class WHERE a.owner_ref = p_owner;
END;
$$;

-- Adds a class of limits, or renames nothing: a class that exists keeps its name and zone.
CREATE OR REPLACE FUNCTION ledger.define_class(p_class smallint, p_name text, p_zone text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM ledger.take_lock();
    INSERT INTO ledger.limit_classes (class, name, time_zone) VALUES (p_class, p_name, p_zone)
    ON CONFLICT DO NOTHING;
END;
$$;

-- Adds a dated row to a class, in force at once where its day has come. The same row again is no change; a row
-- with other numbers for the same first day is refused: nothing is edited. A row ends at the latest where the
-- next one begins, so an end that says no more than that is the same as none.
CREATE OR REPLACE FUNCTION ledger.add_limit(
    p_class smallint, p_kind text, p_from date, p_until date, p_maximum bigint, p_source text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_row ledger.limits%ROWTYPE;
    v_last date;
BEGIN
    PERFORM ledger.take_lock();
    SELECT * INTO v_row FROM ledger.limits l WHERE l.class = p_class AND l.kind = p_kind AND l.valid_from = p_from;
    IF FOUND THEN
        SELECT min(l.valid_from) - 1 INTO v_last FROM ledger.limits l
        WHERE l.class = p_class AND l.kind = p_kind AND l.valid_from > p_from;
        IF v_row.maximum_minor IS DISTINCT FROM p_maximum
            OR least(v_row.valid_until, v_last) IS DISTINCT FROM least(p_until, v_last) THEN
            RAISE EXCEPTION USING ERRCODE = 'AY107', MESSAGE = 'the limit already begins on this day, otherwise';
        END IF;
        RETURN;
    END IF;
    INSERT INTO ledger.limits (class, kind, valid_from, valid_until, maximum_minor, source)
    VALUES (p_class, p_kind, p_from, p_until, p_maximum, p_source);
    UPDATE ledger.limit_classes SET fresh_until = '-infinity' WHERE class = p_class;
END;
$$;

-- The same for the codes of a class. What a code counts in may only change from a day that has not begun: by the
-- table of its day, a transfer gives back what it used.
CREATE OR REPLACE FUNCTION ledger.add_limit_codes(
    p_class smallint, p_codes smallint[], p_counts smallint[], p_from date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM ledger.take_lock();
    IF EXISTS (SELECT FROM unnest(p_codes, p_counts) u (code, counts) JOIN ledger.limit_codes k
               ON k.class = p_class AND k.code = u.code AND k.valid_from = p_from AND k.counts <> u.counts) THEN
        RAISE EXCEPTION USING ERRCODE = 'AY107', MESSAGE = 'the code already begins on this day, otherwise';
    END IF;
    IF EXISTS (SELECT FROM unnest(p_codes) u (code) JOIN ledger.limit_codes k ON k.class = p_class AND k.code = u.code
               WHERE k.valid_from < p_from AND NOT EXISTS (SELECT FROM ledger.limit_codes x
                   WHERE x.class = p_class AND x.code = u.code AND x.valid_from = p_from))
        AND EXISTS (SELECT FROM ledger.limit_classes c, ledger.head() h
            WHERE c.class = p_class AND p_from <= (h.now_at AT TIME ZONE c.time_zone)::date) THEN
        RAISE EXCEPTION USING ERRCODE = 'AY108', MESSAGE = 'the day from which a code would count otherwise has begun';
    END IF;
    INSERT INTO ledger.limit_codes (class, code, valid_from, counts)
    SELECT p_class, u.code, p_from, u.counts FROM unnest(p_codes, p_counts) u (code, counts)
    ON CONFLICT DO NOTHING;
    UPDATE ledger.limit_classes SET fresh_until = '-infinity' WHERE class = p_class;
END;
$$;

CREATE OR REPLACE FUNCTION ledger.open_book(p_book smallint, p_name text, p_currency text, p_entity uuid)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM ledger.take_lock();
    INSERT INTO ledger.books (book, name, currency, entity_ref, created_at)
    VALUES (p_book, p_name, p_currency, p_entity, foundation.now()) ON CONFLICT DO NOTHING;
END;
$$;
