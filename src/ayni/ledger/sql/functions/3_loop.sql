-- The loop of the ordered path. `p_known` are positions whose ids the ledger has met, with their answers.
CREATE OR REPLACE FUNCTION ledger.decide(
    b ledger.batch, p_now timestamptz, p_all boolean, p_known integer[], p_answers smallint[],
    p_known_amounts bigint[], p_known_seqs bigint[]) RETURNS ledger.decisions
LANGUAGE plpgsql
AS $$
DECLARE
    n integer := cardinality(b.ids);
    -- the hard transfers
    h_ord integer[]; h_fault smallint[]; h_missing smallint[]; h_counts smallint[];
    h_debit uuid[]; h_credit uuid[]; h_q integer[]; h_amount bigint[]; h_state smallint[];
    h_expires timestamptz[]; h_book smallint[]; h_dmonth integer[]; h_cmonth integer[]; h_hcounts smallint[];
    h_no integer[]; h_first integer[]; h_di integer[]; h_ci integer[];
    -- the accounts and owners
    a_id uuid[]; a_owner integer[]; a_dn boolean[]; dpend bigint[]; dpost bigint[]; cpend bigint[];
    cpost bigint[]; a_floor bigint[]; a_ceiling bigint[]; a_single bigint[]; a_conv bigint[]; a_total bigint[];
    a_bal bigint[]; a_month integer[]; o_bal bigint[]; o_conv bigint[]; o_total bigint[];
    -- the answers
    r smallint[] := array_fill(0::smallint, ARRAY[n]); moved bigint[] := b.amounts;
    debits uuid[] := b.debits; credits uuid[] := b.credits; held bigint[]; counts smallint[];
    seqs bigint[] := array_fill(NULL::bigint, ARRAY[n]); known integer[];
    -- holds resolved and amounts returned in this batch, by hold_no, and what the present chain has done so far
    hold_state smallint[] := '{}'; returned bigint[] := '{}';
    u_di integer[] := '{}'; u_ci integer[] := '{}'; u_pend bigint[] := '{}'; u_posted bigint[] := '{}';
    u_used bigint[] := '{}'; u_mask integer[] := '{}'; u_hold integer[] := '{}'; u_kind smallint[] := '{}';
    u_n integer := 0; u_first integer; u_last integer; sign integer;
    k integer; i integer; j integer; m integer; q integer; di integer; ci integer; od integer; oc integer;
    res integer; missing integer; kind smallint; state smallint; mask integer; give integer; hold_no integer;
    amt bigint; hold_amt bigint; pend bigint; posted bigint; used bigint; room bigint; debit_room bigint;
    chain_from integer; linked boolean; failed boolean := false; open_from integer := n + 1;
BEGIN
    IF NOT p_all THEN
        IF NOT EXISTS (SELECT FROM ledger.classify(b, false)) THEN
            RETURN NULL;
        END IF;
        -- A chain stands or falls as a whole: with chains, one hard transfer makes all of them hard. A return
        -- takes money from an account that it need not name, so then too nothing is plain.
        p_all := b.flags IS NOT NULL OR coalesce(5 = ANY (b.kinds), false);
    END IF;
    SELECT array_agg(x.ord), array_agg(x.fault), array_agg(x.missing), array_agg(x.counts), array_agg(x.debit),
        array_agg(x.credit), array_agg(x.hold_ord), array_agg(x.hold_amount), array_agg(x.hold_state),
        array_agg(x.hold_expires_at), array_agg(x.hold_book), array_agg(x.hold_debit_month),
        array_agg(x.hold_credit_month), array_agg(x.hold_counts), array_agg(x.hold_no), array_agg(x.first_ord)
    INTO h_ord, h_fault, h_missing, h_counts, h_debit, h_credit, h_q, h_amount, h_state, h_expires, h_book,
        h_dmonth, h_cmonth, h_hcounts, h_no, h_first
    FROM ledger.load_hard(b, p_all) x;
    SELECT array_agg(x.id), array_agg(x.owner_no), array_agg(x.debit_normal), array_agg(x.dpend),
        array_agg(x.dpost), array_agg(x.cpend), array_agg(x.cpost), array_agg(x.floor_minor),
        array_agg(x.ceiling), array_agg(x.single_max), array_agg(x.conversions_max), array_agg(x.total_max),
        array_agg(x.balance_max), array_agg(x.month)
    INTO a_id, a_owner, a_dn, dpend, dpost, cpend, cpost, a_floor, a_ceiling, a_single, a_conv, a_total, a_bal,
        a_month
    FROM ledger.load_accounts(h_debit || h_credit) x;
    SELECT array_agg(y.owner_balance ORDER BY y.owner_no), array_agg(y.owner_conversions ORDER BY y.owner_no),
        array_agg(y.owner_total ORDER BY y.owner_no)
    INTO o_bal, o_conv, o_total
    FROM (SELECT DISTINCT x.owner_no, x.owner_balance, x.owner_conversions, x.owner_total
          FROM ledger.load_accounts(h_debit || h_credit) x) y;
    SELECT array_agg(x.n ORDER BY h.k) INTO h_di
    FROM unnest(h_debit) WITH ORDINALITY h (id, k) LEFT JOIN unnest(a_id) WITH ORDINALITY x (id, n) ON x.id = h.id;
    SELECT array_agg(x.n ORDER BY h.k) INTO h_ci
    FROM unnest(h_credit) WITH ORDINALITY h (id, k) LEFT JOIN unnest(a_id) WITH ORDINALITY x (id, n) ON x.id = h.id;
    IF p_known IS NOT NULL THEN
        known := array_fill(NULL::integer, ARRAY[n]);
        FOR k IN 1 .. cardinality(p_known) LOOP
            known[p_known[k]] := k;
        END LOOP;
    END IF;
    IF b.pending_ids IS NOT NULL THEN
        held := array_fill(0::bigint, ARRAY[n]);
        counts := array_fill(0::smallint, ARRAY[n]);
    END IF;
    WHILE open_from > 1 AND coalesce(b.flags[open_from - 1], 0) & 1 <> 0 LOOP
        open_from := open_from - 1;
    END LOOP;

    FOR k IN 1 .. cardinality(h_ord) LOOP
        i := h_ord[k];
        IF chain_from IS NULL THEN
            chain_from := k; failed := false; u_n := 0;
        END IF;
        linked := coalesce(b.flags[i], 0::smallint) & 1 <> 0;
        kind := coalesce(b.kinds[i], 0::smallint);
        res := 0; mask := h_counts[k]; amt := b.amounts[i]; hold_no := NULL;
        di := h_di[k]; ci := h_ci[k]; missing := h_missing[k];

        IF h_fault[k] = 4 THEN
            res := 4;
        ELSIF known[i] IS NOT NULL THEN
            m := known[i]; res := p_answers[m];
            moved[i] := p_known_amounts[m]; seqs[i] := p_known_seqs[m];
        ELSIF h_first[k] < i THEN
            q := h_first[k];
            res := ledger.differing_field(b, i, coalesce(b.kinds[q], 0::smallint),
                coalesce(b.flags[q], 0::smallint) & 2 <> 0, b.pending_ids[q], b.timeouts[q], b.books[q],
                -- As it would be stored: with its hold's accounts, and the instant that the ledger gave it.
                CASE r[q] WHEN 0 THEN debits[q] ELSE b.debits[q] END,
                CASE r[q] WHEN 0 THEN credits[q] ELSE b.credits[q] END,
                b.amounts[q], b.codes[q], b.event_ids[q], b.refs[q],
                CASE r[q] WHEN 0 THEN coalesce(b.event_ats[q], p_now) ELSE b.event_ats[q] END);
            IF res = 0 THEN
                res := CASE r[q] WHEN 0 THEN 1 ELSE r[q] END;
                IF res = 1 THEN
                    moved[i] := moved[q]; seqs[i] := coalesce(seqs[q], -q);
                END IF;
            END IF;
        ELSIF i >= open_from THEN
            res := CASE i WHEN n THEN 3 ELSE 2 END;
        ELSIF failed THEN
            res := 2;
        ELSIF h_fault[k] <> 0 AND h_fault[k] <> 68 THEN
            res := h_fault[k];
        ELSIF kind IN (2, 3) THEN
            -- A hold of the ledger, or one made earlier in this batch (then all of the batch is here: k = i).
            q := h_q[k]; hold_no := h_no[k]; hold_amt := h_amount[k]; mask := h_hcounts[k];
            IF hold_amt IS NULL AND q < i AND r[q] = 0 AND coalesce(b.kinds[q], 0::smallint) = 1 THEN
                hold_amt := moved[q]; mask := h_counts[q];
                h_debit[k] := h_debit[q]; h_credit[k] := h_credit[q]; di := h_di[q]; ci := h_ci[q];
                h_di[k] := di; h_ci[k] := ci;
            ELSIF hold_amt IS NOT NULL THEN
                mask := CASE WHEN h_dmonth[k] = a_month[di] THEN mask & 7 ELSE 0 END
                    | CASE WHEN h_cmonth[k] = a_month[ci] THEN mask & 56 ELSE 0 END;
            END IF;
            state := coalesce(hold_state[hold_no], h_state[k], 0::smallint);
            res := CASE
                WHEN hold_amt IS NULL THEN 40
                WHEN h_book[k] <> b.books[i] THEN 41
                WHEN b.debits[i] <> a_id[di] THEN 42
                WHEN b.credits[i] <> a_id[ci] THEN 43
                WHEN state > 0 THEN 43 + state
                WHEN h_expires[k] <= p_now THEN 46
                WHEN kind = 2 AND amt > hold_amt THEN 47
                WHEN kind = 3 AND amt <> 0 AND amt <> hold_amt THEN 48
                ELSE 0 END;
            IF res = 0 THEN
                amt := CASE WHEN kind = 3 OR amt = 0 THEN hold_amt ELSE amt END;
                posted := CASE kind WHEN 2 THEN amt ELSE 0 END;
                pend := -hold_amt; used := posted - hold_amt;
                held[i] := hold_amt; counts[i] := mask; debits[i] := h_debit[k]; credits[i] := h_credit[k];
            END IF;
        ELSE
            IF h_fault[k] = 68 AND NOT ledger.came_from(h_debit[k], h_credit[k]) THEN
                res := 68;
                -- Back where it came from, if it came earlier in this very batch.
                FOR j IN 1 .. i - 1 LOOP
                    IF res = 68 AND debits[j] = h_credit[k] AND credits[j] = h_debit[k] AND r[j] = 0
                        AND coalesce(b.kinds[j], 0::smallint) IN (0, 2) THEN
                        res := 0;
                    END IF;
                END LOOP;
            END IF;
            IF kind = 5 THEN
                -- Like a hold, the original is of the ledger or was made earlier in this batch.
                q := h_q[k]; hold_no := h_no[k]; hold_amt := h_amount[k]; state := h_state[k]; give := h_hcounts[k];
                IF hold_amt IS NULL AND q < i AND r[q] = 0 THEN
                    hold_amt := moved[q]; state := coalesce(b.kinds[q], 0::smallint);
                    give := CASE state WHEN 2 THEN counts[q] ELSE h_counts[q] END;
                    give := (give >> 3) | ((give & 7) << 3);
                    di := h_ci[q]; ci := h_di[q]; h_di[k] := di; h_ci[k] := ci;
                ELSE
                    give := CASE WHEN h_dmonth[k] = a_month[di] THEN give & 7 ELSE 0 END
                        | CASE WHEN h_cmonth[k] = a_month[ci] THEN give & 56 ELSE 0 END;
                END IF;
                hold_amt := hold_amt - coalesce(returned[hold_no], 0);
                res := CASE
                    WHEN hold_amt IS NULL THEN 55
                    WHEN state NOT IN (0, 2) THEN 56
                    WHEN h_book[k] <> b.books[i] THEN 57
                    WHEN b.debits[i] <> a_id[di] OR b.credits[i] <> a_id[ci] THEN 58
                    WHEN hold_amt < amt OR hold_amt = 0 THEN 59
                    ELSE 0 END;
                IF res = 0 THEN
                    amt := CASE amt WHEN 0 THEN hold_amt ELSE amt END; mask := 0;
                    SELECT g.fault, g.missing INTO res, missing
                    FROM ledger.guard_return(a_id[di], a_id[ci], b.codes[i]) g;
                END IF;
            END IF;
            od := a_owner[di]; oc := a_owner[ci];
            -- What may leave, counting holds: null is without end.
            room := CASE WHEN NOT a_dn[di] THEN cpost[di] - dpost[di] - dpend[di] - a_floor[di] END;
            debit_room := CASE WHEN a_dn[ci] THEN dpost[ci] - cpost[ci] - cpend[ci] - a_floor[ci] END;
            IF res = 0 AND coalesce(b.flags[i], 0::smallint) & 2 <> 0 THEN
                amt := least(amt, CASE WHEN room < 0 THEN 0 ELSE room END,
                    CASE WHEN debit_room < 0 THEN 0 ELSE debit_room END);
            END IF;
            res := CASE
                WHEN res <> 0 THEN res
                WHEN room < amt OR (amt = 0 AND room <= 0) THEN 70
                WHEN debit_room < amt OR amt = 0 THEN 71
                WHEN a_dn[di] AND dpost[di] + dpend[di] - cpost[di] + amt > a_ceiling[di] THEN 72
                WHEN NOT a_dn[ci] AND cpost[ci] + cpend[ci] - dpost[ci] + amt > a_ceiling[ci] THEN 73
                WHEN missing IN (80, 81) THEN missing
                WHEN mask & 1 <> 0 AND amt > a_single[di] THEN 82
                WHEN mask & 2 <> 0 AND o_conv[od] + amt > a_conv[di] THEN 83
                WHEN mask & 4 <> 0 AND o_total[od] + amt > a_total[di] THEN 84
                WHEN mask & 8 <> 0 AND amt > a_single[ci] THEN 85
                WHEN mask & 16 <> 0 AND o_conv[oc] + amt > a_conv[ci] THEN 86
                WHEN mask & 32 <> 0 AND o_total[oc] + amt > a_total[ci] THEN 87
                WHEN od <> oc AND NOT a_dn[ci] AND o_bal[oc] + amt > a_bal[ci] THEN 88
                WHEN dpost[di] + dpend[di] + amt > 4000000000000000000
                    OR cpost[ci] + cpend[ci] + amt > 4000000000000000000 THEN 90
                ELSE 0 END;
            posted := CASE kind WHEN 1 THEN 0 ELSE amt END;
            pend := amt - posted; used := amt;
            IF res = 0 AND kind = 5 THEN
                used := -amt; mask := give;
                counts[i] := mask; debits[i] := a_id[di]; credits[i] := a_id[ci];
            END IF;
        END IF;

        r[i] := res;
        u_first := 1; u_last := 0;
        IF res = 0 THEN
            moved[i] := amt;
            u_n := u_n + 1; u_first := u_n; u_last := u_n; sign := 1;
            u_di[u_n] := di; u_ci[u_n] := ci; u_pend[u_n] := pend; u_posted[u_n] := posted;
            u_used[u_n] := used; u_mask[u_n] := mask; u_hold[u_n] := hold_no; u_kind[u_n] := kind;
        ELSIF res > 1 AND NOT failed AND (linked OR chain_from < k) THEN
            -- The chain fails: what it did is taken back, and its other new legs say so.
            failed := true; u_last := u_n; sign := -1;
            FOR j IN chain_from .. k - 1 LOOP
                IF r[h_ord[j]] = 0 OR (r[h_ord[j]] = 1 AND known[h_ord[j]] IS NULL
                        AND h_first[j] >= h_ord[chain_from]) THEN
                    r[h_ord[j]] := 2; seqs[h_ord[j]] := NULL;
                END IF;
            END LOOP;
        END IF;
        FOR m IN u_first .. u_last LOOP
            di := u_di[m]; ci := u_ci[m]; od := a_owner[di]; oc := a_owner[ci]; mask := u_mask[m];
            pend := sign * u_pend[m]; posted := sign * u_posted[m]; used := sign * u_used[m];
            dpend[di] := dpend[di] + pend; dpost[di] := dpost[di] + posted;
            cpend[ci] := cpend[ci] + pend; cpost[ci] := cpost[ci] + posted;
            IF NOT a_dn[di] THEN o_bal[od] := o_bal[od] - posted; END IF;
            IF NOT a_dn[ci] THEN o_bal[oc] := o_bal[oc] + pend + posted; END IF;
            IF mask & 2 <> 0 THEN o_conv[od] := o_conv[od] + used; END IF;
            IF mask & 4 <> 0 THEN o_total[od] := o_total[od] + used; END IF;
            IF mask & 16 <> 0 THEN o_conv[oc] := o_conv[oc] + used; END IF;
            IF mask & 32 <> 0 THEN o_total[oc] := o_total[oc] + used; END IF;
            IF u_kind[m] = 5 THEN
                returned[u_hold[m]] := coalesce(returned[u_hold[m]], 0) + posted;
            ELSIF u_hold[m] IS NOT NULL THEN
                hold_state[u_hold[m]] := CASE sign WHEN 1 THEN u_kind[m] - 1 ELSE NULL END;
            END IF;
        END LOOP;
        IF NOT linked THEN
            chain_from := NULL;
        END IF;
    END LOOP;
    RETURN ROW(r, moved, debits, credits, held, counts, seqs)::ledger.decisions;
END;
$$;
