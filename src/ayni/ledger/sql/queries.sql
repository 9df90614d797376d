-- name: post
-- Posts a batch given as columns; nulls for results, amounts and seqs mean that all was created.
SELECT first_seq, results, amounts, seqs FROM ledger.post(
    %(ids)s::uuid[], %(event_ids)s::uuid[], %(books)s::smallint[], %(debits)s::uuid[], %(credits)s::uuid[],
    %(amounts)s::bigint[], %(codes)s::smallint[], %(kinds)s::smallint[], %(flags)s::smallint[],
    %(pending_ids)s::uuid[], %(timeouts)s::integer[], %(references)s::uuid[], %(event_ats)s::timestamptz[],
    %(contexts)s::jsonb[], %(ordered)s);

-- name: is_waited_for
-- Whether somebody waits for the ledger's lock.
SELECT ledger.is_waited_for();

-- name: expire
-- Expires overdue holds, oldest first, and says how many.
SELECT ledger.expire(%(most)s);

-- name: open_book
-- Opens a book, if it is not there.
SELECT ledger.open_book(%(book)s::smallint, %(name)s, %(currency)s, %(entity_ref)s);

-- name: open_owners
-- Makes owners known and puts new ones into a class of limits; says how many were new.
SELECT ledger.open_owners(%(owner_refs)s, %(limit_class)s::smallint);

-- name: open_accounts
-- Opens accounts of one kind; an id that exists is left as it is; says how many were new.
SELECT ledger.open_accounts(%(ids)s, %(owner_refs)s, %(book)s::smallint, %(code)s::smallint, %(debit_normal)s,
    %(credit_limit_minor)s, %(balance_ceiling_minor)s, %(purpose)s::smallint, %(accepts)s::smallint[]);

-- name: flag_account
-- Sets or clears flags of an account and gives the flags it has now.
SELECT ledger.flag_account(%(id)s, %(flags)s::smallint, %(on)s);

-- name: flag_owner
-- Sets or clears flags of an owner and all of the owner's accounts.
SELECT ledger.flag_owner(%(owner_ref)s, %(flags)s::smallint, %(on)s);

-- name: close_account
-- Closes an empty account for good.
SELECT ledger.close_account(%(id)s);

-- name: set_account_limits
-- Sets the credit limit and the ceiling of an account.
SELECT ledger.set_account_limits(%(id)s, %(credit_limit_minor)s, %(balance_ceiling_minor)s);

-- name: set_limit_class
-- Moves an owner to another class of limits.
SELECT ledger.set_limit_class(%(owner_ref)s, %(limit_class)s::smallint);

-- name: define_class
-- Adds a class of limits.
SELECT ledger.define_class(%(limit_class)s::smallint, %(name)s, %(time_zone)s);

-- name: add_limit
-- Adds a dated limit to a class.
SELECT ledger.add_limit(%(limit_class)s::smallint, %(kind)s, %(valid_from)s, %(valid_until)s,
    %(maximum_minor)s, %(source)s);

-- name: add_limit_codes
-- Says from a day on which transfer codes may touch a class, and in which limits they count.
SELECT ledger.add_limit_codes(%(limit_class)s::smallint, %(codes)s::smallint[], %(counts)s::smallint[],
    %(valid_from)s);

-- name: accounts
-- Accounts by id.
SELECT id, owner_ref, book, code, debit_normal, debits_pending, debits_posted, credits_pending, credits_posted,
    credit_limit_minor, balance_ceiling_minor, flags, limit_class, purpose, accepts, version, created_at
FROM ledger.accounts WHERE id = ANY (%(ids)s) ORDER BY id;

-- name: accounts_of_owner
-- The accounts of one owner, oldest first.
SELECT id, owner_ref, book, code, debit_normal, debits_pending, debits_posted, credits_pending, credits_posted,
    credit_limit_minor, balance_ceiling_minor, flags, limit_class, purpose, accepts, version, created_at
FROM ledger.accounts WHERE owner_ref = %(owner_ref)s ORDER BY created_at, id;

-- name: statement
-- The newest transfers of an account before a seq (0: from the newest), along the account's own chain.
WITH RECURSIVE line AS (
    SELECT t.*, 1 AS nth FROM ledger.transfers t
    WHERE t.seq = (SELECT CASE WHEN %(before_seq)s > 0 THEN s.previous ELSE a.last_seq END
        FROM ledger.accounts a
        LEFT JOIN LATERAL (
            SELECT CASE a.id WHEN b.debit_account_id THEN b.debit_previous_seq
                WHEN b.credit_account_id THEN b.credit_previous_seq ELSE 0 END AS previous
            FROM ledger.transfers b WHERE b.seq = %(before_seq)s) s ON true
        WHERE a.id = %(account_id)s)
    UNION ALL
    SELECT t.*, l.nth + 1 FROM line l JOIN ledger.transfers t
        ON t.seq = CASE %(account_id)s WHEN l.debit_account_id THEN l.debit_previous_seq
            ELSE l.credit_previous_seq END
    WHERE l.nth < %(most)s AND l.created_at >= %(since)s
)
SELECT l.seq, l.id AS transfer_id, l.event_id, l.kind, l.code,
    CASE %(account_id)s WHEN l.debit_account_id THEN l.credit_account_id ELSE l.debit_account_id END
        AS counterpart_account_id,
    CASE WHEN (l.debit_account_id = %(account_id)s) = a.debit_normal THEN l.amount_minor ELSE -l.amount_minor END
        AS amount_minor,
    CASE %(account_id)s WHEN l.debit_account_id THEN l.debit_balance ELSE l.credit_balance END AS balance_minor,
    CASE %(account_id)s WHEN l.debit_account_id THEN l.debit_version ELSE l.credit_version END AS version,
    l.event_at, l.created_at, l.reference
FROM line l JOIN ledger.accounts a ON a.id = %(account_id)s
WHERE l.created_at >= %(since)s
ORDER BY l.seq DESC;

-- name: trial_balance
-- The sums per kind of account of a book, for one owner or for all.
SELECT book, code, %(owner_ref)s::uuid AS owner_ref, count(*) AS accounts,
    ledger.total(debits_pending) AS debits_pending, ledger.total(debits_posted) AS debits_posted,
    ledger.total(credits_pending) AS credits_pending, ledger.total(credits_posted) AS credits_posted
FROM ledger.accounts
WHERE book = %(book)s AND (%(owner_ref)s::uuid IS NULL OR owner_ref = %(owner_ref)s)
GROUP BY book, code ORDER BY code;

-- name: violations
-- What breaks the ledger's invariants; nothing, when all is well.
SELECT invariant, subject, found FROM ledger.violations()
UNION ALL
SELECT invariant, subject, found FROM ledger.limit_violations();

-- name: balance_at
-- The posted balance of an account at an instant.
SELECT ledger.balance_at(%(account_id)s, %(at)s);

-- name: transfer
-- One transfer with all that is kept of it, the state of a hold, and what was returned of it.
SELECT t.id, t.seq, t.event_id, t.book, t.debit_account_id, t.credit_account_id, t.amount_minor, t.requested_minor,
    t.code, t.kind, t.pending_id, t.timeout_seconds, t.balancing, t.reference, t.context, t.event_at, t.created_at,
    t.debit_version, t.credit_version, t.debit_balance AS debit_balance_minor,
    t.credit_balance AS credit_balance_minor, h.state AS hold_state, h.expires_at,
    coalesce(r.returned_minor, 0) AS returned_minor
FROM ledger.transfers t
LEFT JOIN ledger.holds h ON h.id = t.id
LEFT JOIN ledger.returned r ON r.id = t.id
WHERE t.id = %(id)s;

-- name: legs
-- The transfers of one business event that were posted together with one of them: they stand side by side.
SELECT t.id
FROM ledger.transfers o
JOIN ledger.transfers t ON t.seq BETWEEN o.seq - 20 AND o.seq + 20 AND t.event_id = o.event_id
WHERE o.id = %(id)s
ORDER BY t.seq;

-- name: transfers_after
-- The transfers that follow one in the ledger's order, oldest first.
SELECT t.id, t.seq, t.event_id, t.book, t.debit_account_id, t.credit_account_id, t.amount_minor, t.requested_minor,
    t.code, t.kind, t.pending_id, t.timeout_seconds, t.balancing, t.reference, t.context, t.event_at, t.created_at,
    t.debit_version, t.credit_version, t.debit_balance AS debit_balance_minor,
    t.credit_balance AS credit_balance_minor, NULL::smallint AS hold_state, NULL::timestamptz AS expires_at,
    0::bigint AS returned_minor
FROM ledger.transfers t
WHERE t.seq > %(after_seq)s AND t.seq <= %(upto_seq)s
ORDER BY t.seq LIMIT %(most)s;

-- name: last_seq
-- The place of the newest transfer in the ledger's order.
SELECT coalesce(max(t.seq), 0) FROM ledger.transfers t;

-- name: limit_use
-- Today's limits of an owner in a book: the maximum, what is used of it, and when its window ends.
SELECT kind, maximum_minor, used_minor, renews_at FROM ledger.limit_use(%(owner_ref)s, %(book)s::smallint);
