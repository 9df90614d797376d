-- The ordered path: the hard transfers of a batch, one by one, on arrays.
--
-- Accounts and owners are numbered densely; their counters are copied into arrays, worked on, and thrown
-- away: what was decided is written by `ledger.apply`. A chain that fails is undone by restoring the arrays
-- of the accounts that it touched.

-- The accounts that hard transfers touch, with their owners' sums over all accounts of the same book.
CREATE OR REPLACE FUNCTION ledger.load_accounts(p_ids uuid[])
RETURNS TABLE (id uuid, owner_no integer, debit_normal boolean, dpend bigint, dpost bigint, cpend bigint,
    cpost bigint, floor_minor bigint, ceiling bigint, single_max bigint, conversions_max bigint,
    total_max bigint, balance_max bigint, month integer, owner_balance bigint, owner_conversions bigint,
    owner_total bigint)
LANGUAGE sql STABLE
AS $$
WITH mine AS MATERIALIZED (
    SELECT a.*, c.single_max, c.conversions_max, c.total_max, c.balance_max, c.month
    FROM ledger.accounts a LEFT JOIN ledger.limit_classes c ON c.class = a.limit_class
    WHERE a.id = ANY (p_ids)
), families AS (
    SELECT a.owner_ref, a.book,
        ledger.total(CASE WHEN a.debit_normal THEN 0
            ELSE a.credits_posted + a.credits_pending - a.debits_posted END) AS balance,
        ledger.total(CASE WHEN a.used_month = c.month THEN a.conversions_used ELSE 0 END) AS conversions,
        ledger.total(CASE WHEN a.used_month = c.month THEN a.total_used ELSE 0 END) AS totals
    FROM ledger.accounts a LEFT JOIN ledger.limit_classes c ON c.class = a.limit_class
    WHERE a.owner_ref = ANY (ARRAY (SELECT m.owner_ref FROM mine m))
    GROUP BY a.owner_ref, a.book
)
SELECT m.id, dense_rank() OVER (ORDER BY m.owner_ref, m.book)::integer, m.debit_normal, m.debits_pending,
    m.debits_posted, m.credits_pending, m.credits_posted, -m.credit_limit_minor, m.balance_ceiling_minor,
    m.single_max, m.conversions_max, m.total_max, m.balance_max, coalesce(m.month, 0), f.balance,
    f.conversions, f.totals
FROM mine m JOIN families f ON f.owner_ref = m.owner_ref AND f.book = m.book
ORDER BY m.id;
$$;

-- The hard transfers with the holds that they name, whether older than the batch or made within it.
CREATE OR REPLACE FUNCTION ledger.load_hard(b ledger.batch, p_all boolean)
RETURNS TABLE (ord integer, fault smallint, missing smallint, counts smallint, debit uuid, credit uuid,
    hold_ord integer, hold_amount bigint, hold_state smallint, hold_expires_at timestamptz,
    hold_book smallint, hold_debit_month integer, hold_credit_month integer, hold_counts smallint,
    hold_no integer, first_ord integer)
LANGUAGE sql STABLE
AS $$
WITH picked AS MATERIALIZED (
    SELECT c.ord, c.fault, c.missing, c.counts FROM ledger.classify(b, p_all) c
), firsts AS (
    SELECT u.id, min(u.ord)::integer AS ord FROM unnest(b.ids) WITH ORDINALITY u (id, ord) GROUP BY u.id
), held AS (
    SELECT h.* FROM ledger.holds h WHERE h.id = ANY (b.pending_ids)
)
SELECT p.ord, p.fault, p.missing, p.counts,
    CASE WHEN b.kinds[p.ord] > 1 THEN coalesce(h.debit_account_id, b.debits[q.ord], b.debits[p.ord])
        ELSE b.debits[p.ord] END,
    CASE WHEN b.kinds[p.ord] > 1 THEN coalesce(h.credit_account_id, b.credits[q.ord], b.credits[p.ord])
        ELSE b.credits[p.ord] END,
    q.ord, h.amount_minor, h.state, h.expires_at, coalesce(h.book, b.books[q.ord]), h.debit_month,
    h.credit_month, h.counts, dense_rank() OVER (ORDER BY b.pending_ids[p.ord])::integer, f.ord
FROM picked p
LEFT JOIN held h ON h.id = b.pending_ids[p.ord]
LEFT JOIN firsts q ON q.id = b.pending_ids[p.ord]
LEFT JOIN firsts f ON f.id = b.ids[p.ord]
ORDER BY p.ord;
$$;
