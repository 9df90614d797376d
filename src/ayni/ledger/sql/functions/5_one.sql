-- The shortest way for the commonest case: one transfer that nothing stands against.
--
-- It makes no refusal of its own. One query looks at everything that could; where any of it is unusual (an id
-- met before, a purpose, an owner with several accounts, limits of yesterday, a hold that is due, any test
-- that does not pass) it finds no row, nothing is written, null comes back, and the general way decides.
-- Under the lock. Returns the transfer's seq.
CREATE OR REPLACE FUNCTION ledger.post_one(
    p_id uuid, p_event uuid, p_book smallint, p_debit uuid, p_credit uuid, p_amount bigint, p_code smallint,
    p_kind smallint, p_timeout integer, p_ref uuid, p_event_at timestamptz, p_context jsonb) RETURNS bigint
LANGUAGE plpgsql SET enable_nestloop = on SET enable_hashjoin = off SET enable_seqscan = off
AS $$
DECLARE
    v record;
    v_now timestamptz := foundation.now();
    pend bigint := CASE p_kind WHEN 1 THEN p_amount ELSE 0 END;
    posted bigint := p_amount - pend;
BEGIN
    SELECT coalesce(h.seq, 0) + 1 AS seq, greatest(v_now, h.created_at) AS now_at,
        x.version AS debit_version, y.version AS credit_version, x.last_seq AS debit_last, y.last_seq AS credit_last,
        CASE WHEN x.debit_normal THEN x.debits_posted - x.credits_posted + posted
            ELSE x.credits_posted - x.debits_posted - posted END AS debit_balance,
        CASE WHEN y.debit_normal THEN y.debits_posted - y.credits_posted - posted
            ELSE y.credits_posted - y.debits_posted + posted END AS credit_balance,
        cx.month AS debit_month, cy.month AS credit_month, (kx.counts & 7) | (ky.counts & 56) AS counts
    INTO v
    FROM ledger.accounts x JOIN ledger.limit_classes cx ON cx.class = x.limit_class
    JOIN ledger.limit_codes_today kx ON kx.class = x.limit_class AND kx.code = p_code
    CROSS JOIN ledger.accounts y JOIN ledger.limit_classes cy ON cy.class = y.limit_class
    JOIN ledger.limit_codes_today ky ON ky.class = y.limit_class AND ky.code = p_code
    LEFT JOIN LATERAL (SELECT t.seq, t.created_at FROM ledger.transfers t ORDER BY t.seq DESC LIMIT 1) h ON true
    WHERE x.id = p_debit AND y.id = p_credit AND x.owner_ref <> y.owner_ref
        AND p_amount BETWEEN 1 AND 100000000000000
        AND (p_kind = 0 AND p_timeout IS NULL OR p_kind = 1 AND (p_timeout IS NULL OR p_timeout > 0))
        AND p_id <> '00000000-0000-0000-0000-000000000000'
        AND x.book = p_book AND y.book = p_book AND x.flags = 0 AND y.flags & 64 = 0
        AND x.purpose IS NULL AND y.purpose IS NULL AND x.sole AND y.sole
        AND cx.fresh_from <= greatest(v_now, h.created_at) AND cx.fresh_until > greatest(v_now, h.created_at)
        AND cy.fresh_from <= greatest(v_now, h.created_at) AND cy.fresh_until > greatest(v_now, h.created_at)
        AND kx.counts & 7 & ~cx.known = 0 AND ky.counts >> 3 & ~cy.known = 0
        AND (y.debit_normal OR cy.known & 8 <> 0)
        AND CASE WHEN x.debit_normal THEN x.balance_ceiling_minor IS NULL
                OR x.debits_pending - x.credits_posted + x.debits_posted + p_amount <= x.balance_ceiling_minor
            ELSE x.credit_limit_minor IS NULL
                OR x.credits_posted - x.debits_posted - x.debits_pending + x.credit_limit_minor >= p_amount END
        AND CASE WHEN y.debit_normal THEN y.credit_limit_minor IS NULL
                OR y.debits_posted - y.credits_posted - y.credits_pending + y.credit_limit_minor >= p_amount
            ELSE (y.balance_ceiling_minor IS NULL
                OR y.credits_pending + y.credits_posted - y.debits_posted + p_amount <= y.balance_ceiling_minor)
                AND (cy.balance_max IS NULL
                OR y.credits_pending + y.credits_posted - y.debits_posted + p_amount <= cy.balance_max) END
        AND (kx.counts & 1 = 0 OR cx.single_max IS NULL OR p_amount <= cx.single_max)
        AND (kx.counts & 2 = 0 OR cx.conversions_max IS NULL
            OR CASE WHEN x.used_month = cx.month THEN x.conversions_used ELSE 0 END + p_amount <= cx.conversions_max)
        AND (kx.counts & 4 = 0 OR cx.total_max IS NULL
            OR CASE WHEN x.used_month = cx.month THEN x.total_used ELSE 0 END + p_amount <= cx.total_max)
        AND (ky.counts & 8 = 0 OR cy.single_max IS NULL OR p_amount <= cy.single_max)
        AND (ky.counts & 16 = 0 OR cy.conversions_max IS NULL
            OR CASE WHEN y.used_month = cy.month THEN y.conversions_used ELSE 0 END + p_amount <= cy.conversions_max)
        AND (ky.counts & 32 = 0 OR cy.total_max IS NULL
            OR CASE WHEN y.used_month = cy.month THEN y.total_used ELSE 0 END + p_amount <= cy.total_max)
        AND x.debits_posted + x.debits_pending + p_amount <= 4000000000000000000
        AND y.credits_posted + y.credits_pending + p_amount <= 4000000000000000000
        AND NOT EXISTS (SELECT FROM ledger.transfers t WHERE t.id = p_id)
        AND NOT EXISTS (SELECT FROM ledger.refusals r WHERE r.id = p_id)
        AND NOT EXISTS (SELECT FROM ledger.holds d
            WHERE d.state = 0 AND d.expires_at <= greatest(v_now, h.created_at));
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    UPDATE ledger.accounts a
    SET debits_pending = a.debits_pending + CASE WHEN a.id = p_debit THEN pend ELSE 0 END,
        debits_posted = a.debits_posted + CASE WHEN a.id = p_debit THEN posted ELSE 0 END,
        credits_pending = a.credits_pending + CASE WHEN a.id = p_debit THEN 0 ELSE pend END,
        credits_posted = a.credits_posted + CASE WHEN a.id = p_debit THEN 0 ELSE posted END,
        conversions_used = CASE WHEN a.used_month = m.month THEN a.conversions_used ELSE 0 END + m.conversions,
        total_used = CASE WHEN a.used_month = m.month THEN a.total_used ELSE 0 END + m.totals,
        used_month = m.month, version = a.version + 1, last_seq = v.seq
    FROM (VALUES
        (p_debit, v.debit_month, p_amount * (v.counts >> 1 & 1), p_amount * (v.counts >> 2 & 1)),
        (p_credit, v.credit_month, p_amount * (v.counts >> 4 & 1), p_amount * (v.counts >> 5 & 1))
    ) m (id, month, conversions, totals)
    WHERE a.id = m.id;
    INSERT INTO ledger.transfers (seq, id, event_id, debit_account_id, credit_account_id, amount_minor,
        event_at, created_at, debit_version, credit_version, debit_balance, credit_balance,
        debit_previous_seq, credit_previous_seq, timeout_seconds, book, code, kind, reference, context)
    VALUES (v.seq, p_id, p_event, p_debit, p_credit, p_amount, coalesce(p_event_at, v.now_at), v.now_at,
        v.debit_version + 1, v.credit_version + 1, v.debit_balance, v.credit_balance, v.debit_last, v.credit_last,
        p_timeout, p_book, p_code, p_kind, p_ref, p_context);
    IF p_kind = 1 THEN
        INSERT INTO ledger.holds (id, seq, event_id, debit_account_id, credit_account_id, amount_minor,
            expires_at, book, code, debit_month, credit_month, counts)
        VALUES (p_id, v.seq, p_event, p_debit, p_credit, p_amount, v.now_at + make_interval(secs => p_timeout),
            p_book, p_code, v.debit_month, v.credit_month, v.counts);
    END IF;
    RETURN v.seq;
END;
$$;
