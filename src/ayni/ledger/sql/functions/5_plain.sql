-- The shortest way for the commonest case: one transfer that nothing stands against.
--
-- It makes no refusal of its own. Where anything is unusual (an id met before, a purpose, a balancing leg, an
-- owner with several accounts, any test that does not pass) it does nothing and returns false, and the
-- general way decides.
CREATE OR REPLACE FUNCTION ledger.post_plain(b ledger.batch, p_last bigint, p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
    x ledger.accounts%ROWTYPE; y ledger.accounts%ROWTYPE;
    cx ledger.limit_classes%ROWTYPE; cy ledger.limit_classes%ROWTYPE;
    v_debit smallint; v_credit smallint;
    v_id uuid := b.ids[1]; amt bigint := b.amounts[1]; v_kind smallint := coalesce(b.kinds[1], 0);
    pend bigint; posted bigint; xb bigint; yb bigint; conv bigint; tot bigint; yconv bigint; ytot bigint;
BEGIN
    IF v_kind > 1 OR b.flags IS NOT NULL OR b.pending_ids IS NOT NULL OR amt NOT BETWEEN 1 AND 100000000000000
        OR v_id = '00000000-0000-0000-0000-000000000000' OR (b.timeouts IS NOT NULL AND v_kind = 0)
        OR b.timeouts[1] <= 0
        OR EXISTS (SELECT FROM ledger.transfers t WHERE t.id = v_id)
        OR EXISTS (SELECT FROM ledger.refusals r WHERE r.id = v_id) THEN
        RETURN false;
    END IF;
    SELECT * INTO x FROM ledger.accounts a WHERE a.id = b.debits[1];
    SELECT * INTO y FROM ledger.accounts a WHERE a.id = b.credits[1];
    SELECT * INTO cx FROM ledger.limit_classes c WHERE c.class = x.limit_class;
    SELECT * INTO cy FROM ledger.limit_classes c WHERE c.class = y.limit_class;
    SELECT k.counts & 7 INTO v_debit FROM ledger.limit_codes_today k
    WHERE k.class = x.limit_class AND k.code = b.codes[1];
    SELECT (k.counts >> 3) & 7 INTO v_credit FROM ledger.limit_codes_today k
    WHERE k.class = y.limit_class AND k.code = b.codes[1];
    posted := CASE v_kind WHEN 0 THEN amt ELSE 0 END;
    pend := amt - posted;
    xb := x.credits_posted - x.debits_posted;
    yb := y.credits_posted - y.debits_posted;
    conv := CASE WHEN x.used_month = cx.month THEN x.conversions_used ELSE 0 END + amt * (v_debit >> 1 & 1);
    tot := CASE WHEN x.used_month = cx.month THEN x.total_used ELSE 0 END + amt * (v_debit >> 2 & 1);
    yconv := CASE WHEN y.used_month = cy.month THEN y.conversions_used ELSE 0 END + amt * (v_credit >> 1 & 1);
    ytot := CASE WHEN y.used_month = cy.month THEN y.total_used ELSE 0 END + amt * (v_credit >> 2 & 1);
    -- Every test must be true; an unknown is as good as a no.
    IF (x.id <> y.id AND x.owner_ref <> y.owner_ref AND x.book = b.books[1] AND y.book = b.books[1]
        AND x.flags = 0 AND y.flags & 64 = 0 AND x.purpose IS NULL AND y.purpose IS NULL AND x.sole AND y.sole
        AND (x.debit_normal OR x.credit_limit_minor IS NULL
            OR xb - x.debits_pending + x.credit_limit_minor >= amt)
        AND (NOT y.debit_normal OR y.credit_limit_minor IS NULL
            OR -yb - y.credits_pending + y.credit_limit_minor >= amt)
        AND (NOT x.debit_normal OR x.balance_ceiling_minor IS NULL
            OR x.debits_pending - xb + amt <= x.balance_ceiling_minor)
        AND (y.debit_normal OR y.balance_ceiling_minor IS NULL
            OR y.credits_pending + yb + amt <= y.balance_ceiling_minor)
        AND v_debit & ~cx.known = 0 AND v_credit & ~cy.known = 0 AND (y.debit_normal OR cy.known & 8 <> 0)
        AND (v_debit & 1 = 0 OR cx.single_max IS NULL OR amt <= cx.single_max)
        AND (v_debit & 2 = 0 OR cx.conversions_max IS NULL OR conv <= cx.conversions_max)
        AND (v_debit & 4 = 0 OR cx.total_max IS NULL OR tot <= cx.total_max)
        AND (v_credit & 1 = 0 OR cy.single_max IS NULL OR amt <= cy.single_max)
        AND (v_credit & 2 = 0 OR cy.conversions_max IS NULL OR yconv <= cy.conversions_max)
        AND (v_credit & 4 = 0 OR cy.total_max IS NULL OR ytot <= cy.total_max)
        AND (y.debit_normal OR cy.balance_max IS NULL OR yb + y.credits_pending + amt <= cy.balance_max)
        AND x.debits_posted + x.debits_pending + amt <= 4000000000000000000
        AND y.credits_posted + y.credits_pending + amt <= 4000000000000000000) IS NOT TRUE THEN
        RETURN false;
    END IF;
    UPDATE ledger.accounts a SET debits_pending = a.debits_pending + pend, debits_posted = a.debits_posted + posted,
        conversions_used = conv, total_used = tot, used_month = cx.month, version = a.version + 1,
        last_seq = p_last + 1 WHERE a.id = x.id;
    UPDATE ledger.accounts a SET credits_pending = a.credits_pending + pend,
        credits_posted = a.credits_posted + posted, conversions_used = yconv, total_used = ytot,
        used_month = cy.month, version = a.version + 1, last_seq = p_last + 1 WHERE a.id = y.id;
    INSERT INTO ledger.transfers (seq, id, event_id, debit_account_id, credit_account_id, amount_minor,
        event_at, created_at, debit_version, credit_version, debit_balance, credit_balance,
        debit_previous_seq, credit_previous_seq, timeout_seconds, book, code, kind, reference, context)
    VALUES (p_last + 1, v_id, b.event_ids[1], x.id, y.id, amt, coalesce(b.event_ats[1], p_now), p_now,
        x.version + 1, y.version + 1, CASE WHEN x.debit_normal THEN posted - xb ELSE xb - posted END,
        CASE WHEN y.debit_normal THEN -yb - posted ELSE yb + posted END, x.last_seq, y.last_seq, b.timeouts[1],
        b.books[1], b.codes[1], v_kind, b.refs[1], b.contexts[1]);
    IF v_kind = 1 THEN
        INSERT INTO ledger.holds (id, seq, event_id, debit_account_id, credit_account_id, amount_minor,
            expires_at, book, code, debit_month, credit_month, counts)
        VALUES (v_id, p_last + 1, b.event_ids[1], x.id, y.id, amt,
            p_now + make_interval(secs => b.timeouts[1]), b.books[1], b.codes[1], cx.month, cy.month,
            v_debit | v_credit << 3);
    END IF;
    RETURN true;
END;
$$;
