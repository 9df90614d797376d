-- PINs, one-time codes, devices, sessions, and locks on sending.

-- name: take_try
-- Counts a try with a PIN, unless none is taken at present; the row stays this transaction's until it ends.
INSERT INTO wallet.pin_tries AS t (person_id, wrong, last_at)
VALUES (%(person_id)s, 1, %(now)s)
ON CONFLICT (person_id) DO UPDATE SET wrong = t.wrong + 1, last_at = excluded.last_at
    WHERE t.locked_until IS NULL OR t.locked_until <= excluded.last_at
RETURNING wrong;

-- name: tries
-- Wrong tries since the last right one, and until when none is taken.
SELECT wrong, locked_until FROM wallet.pin_tries WHERE person_id = %(person_id)s;

-- name: settle_tries
-- Notes what came of a try: none wrong any more, or until when none is taken.
UPDATE wallet.pin_tries SET wrong = %(wrong)s, locked_until = %(locked_until)s WHERE person_id = %(person_id)s;

-- name: pin
-- What is kept of the PIN in force.
SELECT kept, pepper_version FROM wallet.pins WHERE person_id = %(person_id)s AND replaced_at IS NULL;

-- name: replace_pin
-- Ends the PIN in force, if there is one.
UPDATE wallet.pins SET replaced_at = %(now)s WHERE person_id = %(person_id)s AND replaced_at IS NULL;

-- name: insert_pin
-- Sets a PIN.
INSERT INTO wallet.pins (person_id, kept, pepper_version, set_at, set_by)
VALUES (%(person_id)s, %(kept)s, %(version)s, %(now)s, %(by)s);

-- name: lock_codes
-- Lets one request for codes to a person, or to a telephone, after another.
SELECT pg_advisory_xact_lock(hashtextextended('wallet.code ' || name, 0))
FROM (SELECT unnest(%(names)s::text[]) AS name ORDER BY 1) n;

-- name: count_codes
-- How many codes a person, and a telephone, was sent since an instant: the larger of the two.
SELECT greatest(
    (SELECT count(*) FROM wallet.codes WHERE person_id = %(person_id)s AND sent_at > %(since)s),
    (SELECT count(*) FROM wallet.codes WHERE phone = %(phone)s AND sent_at > %(since)s));

-- name: replace_code
-- Ends an earlier code for the same.
UPDATE wallet.codes SET ended_at = %(now)s, ended_how = 'replaced'
WHERE person_id = %(person_id)s AND purpose = %(purpose)s AND ended_at IS NULL;

-- name: insert_code
-- Keeps a code that is sent.
INSERT INTO wallet.codes (id, person_id, purpose, phone, tag, key_version, sent_at, expires_at)
VALUES (%(id)s, %(person_id)s, %(purpose)s, %(phone)s, %(tag)s, %(version)s, %(now)s, %(expires_at)s);

-- name: take_code
-- Counts a try with a code that can still be used; the row stays this transaction's until it ends.
UPDATE wallet.codes SET wrong = wrong + 1
WHERE person_id = %(person_id)s AND purpose = %(purpose)s AND ended_at IS NULL AND expires_at > %(now)s
RETURNING id, phone, tag, key_version, wrong;

-- name: end_code
-- Ends a code: used, or guessed at too often.
UPDATE wallet.codes SET ended_at = %(now)s, ended_how = %(how)s WHERE id = %(id)s;

-- name: insert_device
-- Binds a device.
INSERT INTO wallet.devices (id, person_id, kind, name, token_hash, bound_at, bound_by)
VALUES (%(id)s, %(person_id)s, %(kind)s, %(name)s, %(token_hash)s, %(now)s, %(by)s);

-- name: devices
-- A person's devices, also those that ended, the newest first.
SELECT id, person_id, kind, name, bound_at, ended_at
FROM wallet.devices WHERE person_id = %(person_id)s ORDER BY bound_at DESC, id DESC;

-- name: device_by_token
-- The device that knows a token, while it is bound.
SELECT id, person_id, kind, name, bound_at, ended_at
FROM wallet.devices WHERE token_hash = %(token_hash)s AND ended_at IS NULL;

-- name: end_devices
-- Ends one device of a person, or all of them.
UPDATE wallet.devices SET ended_at = %(now)s, ended_reason = %(reason)s
WHERE person_id = %(person_id)s AND ended_at IS NULL AND (%(id)s::uuid IS NULL OR id = %(id)s);

-- name: end_sessions
-- Ends the sessions of a person, on one device or on all.
UPDATE wallet.sessions SET ended_at = %(now)s
WHERE person_id = %(person_id)s AND ended_at IS NULL AND (%(device_id)s::uuid IS NULL OR device_id = %(device_id)s);

-- name: insert_session
-- Opens a session.
INSERT INTO wallet.sessions (token_hash, person_id, device_id, opened_at, used_at, expires_at)
VALUES (%(token_hash)s, %(person_id)s, %(device_id)s, %(now)s, %(now)s, %(expires_at)s);

-- name: use_session
-- Notes that a session is used, if it is good: neither ended, nor too old, nor idle for too long.
UPDATE wallet.sessions s SET used_at = %(now)s
WHERE s.token_hash = %(token_hash)s AND s.ended_at IS NULL AND s.expires_at > %(now)s AND s.used_at > %(idle_since)s
    AND EXISTS (SELECT FROM wallet.devices d WHERE d.id = s.device_id AND d.ended_at IS NULL)
RETURNING s.person_id, s.device_id, s.expires_at;

-- name: end_session
-- Ends one session.
UPDATE wallet.sessions SET ended_at = %(now)s WHERE token_hash = %(token_hash)s AND ended_at IS NULL;

-- name: insert_sending_lock
-- Keeps a person's money from being sent until an instant.
INSERT INTO wallet.sending_locks (person_id, why, locked_at, locked_until)
VALUES (%(person_id)s, %(why)s, %(now)s, %(until)s);

-- name: lift_new_number
-- Notes that a new telephone locks a person's sending no more.
INSERT INTO wallet.sending_locks (person_id, why, locked_at, locked_until, lifted_at, lifted_by, lifted_reason)
VALUES (%(person_id)s, 'new_number', %(now)s, %(now)s, %(now)s, %(by)s, %(reason)s);

-- name: lift_sending_locks
-- Lifts what locks a person's sending at present.
UPDATE wallet.sending_locks SET lifted_at = %(now)s, lifted_by = %(by)s, lifted_reason = %(reason)s
WHERE person_id = %(person_id)s AND lifted_at IS NULL AND locked_until > %(now)s;

-- name: sending_locks
-- Which of some people may send nothing at present, until when and why: the longest of each. A telephone that is proven
-- after another one locks by itself, whoever has entered it.
SELECT DISTINCT ON (person_id) person_id, why, locked_until
FROM (
    SELECT l.person_id, l.why, l.locked_until
    FROM wallet.sending_locks l
    WHERE l.person_id = ANY (%(person_ids)s::uuid[]) AND l.lifted_at IS NULL AND l.locked_until > %(now)s
    UNION ALL
    SELECT p.person_id, 'new_number', p.first_verified_at + %(term)s::interval
    FROM identity_api.first_proofs p
    WHERE p.person_id = ANY (%(person_ids)s::uuid[]) AND p.first_verified_at > %(now)s - %(term)s::interval
        AND EXISTS (SELECT FROM identity_api.first_proofs o
            WHERE o.person_id = p.person_id AND o.first_verified_at < p.first_verified_at)
        AND NOT EXISTS (SELECT FROM wallet.sending_locks l
            WHERE l.person_id = p.person_id AND l.lifted_at >= p.first_verified_at)
) locks
ORDER BY person_id, locked_until DESC, why;

-- name: insert_recovery
-- Notes that somebody saw the document of a wallet's holder.
INSERT INTO wallet.recoveries (person_id, shop_id, begun_by, document_kind, phone, begun_at)
VALUES (%(person_id)s, %(shop_id)s, %(by)s, %(document_kind)s, %(phone)s, %(now)s);

-- name: finish_recovery
-- Notes that the holder has set a new PIN.
UPDATE wallet.recoveries SET finished_at = %(now)s
WHERE person_id = %(person_id)s AND phone = %(phone)s AND finished_at IS NULL;
