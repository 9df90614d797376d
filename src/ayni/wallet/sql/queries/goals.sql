-- name: insert_goal
-- Adds a goal.
INSERT INTO wallet.goals (id, person_id, name, target_minor, by_on, account_id, opened_at)
VALUES (%(id)s, %(person_id)s, %(name)s, %(target_minor)s, %(by_on)s, %(account_id)s, %(now)s);

-- name: goals_of
-- A person's goals, the oldest first, with what is in each.
SELECT g.id, g.person_id, g.name, g.target_minor, g.by_on, g.account_id, g.opened_at, e.ended_at,
    coalesce(b.balance_minor, 0) AS saved_minor
FROM wallet.goals g
LEFT JOIN wallet.goal_ends e ON e.goal_id = g.id
LEFT JOIN ledger_api.balances b ON b.account_id = g.account_id
WHERE g.person_id = %(person_id)s ORDER BY g.opened_at, g.id;

-- name: insert_goal_end
-- Ends a goal, once.
INSERT INTO wallet.goal_ends (goal_id, ended_at) VALUES (%(goal_id)s, %(now)s) ON CONFLICT DO NOTHING RETURNING goal_id;

-- name: lock_goals
-- Lets one change of a person's goals after another.
SELECT pg_advisory_xact_lock(hashtextextended('wallet.goals ' || %(person_id)s::text, 0));

-- name: insert_standing
-- Adds a standing payment.
INSERT INTO wallet.standing (id, person_id, payee_id, goal_id, amount_minor, every, first_on, last_on, agreed_at)
VALUES (%(id)s, %(person_id)s, %(payee_id)s, %(goal_id)s, %(amount_minor)s, %(every)s, %(first_on)s, %(last_on)s, %(now)s)
ON CONFLICT (id) DO NOTHING RETURNING id;

-- name: standing_one
-- One standing payment.
SELECT s.id, s.person_id, s.payee_id, s.goal_id, s.amount_minor, s.every, s.first_on, s.last_on, s.agreed_at, e.ended_at
FROM wallet.standing s LEFT JOIN wallet.standing_ends e ON e.standing_id = s.id WHERE s.id = %(id)s;

-- name: standing_of
-- A person's standing payments, the oldest first.
SELECT s.id, s.person_id, s.payee_id, s.goal_id, s.amount_minor, s.every, s.first_on, s.last_on, s.agreed_at, e.ended_at
FROM wallet.standing s LEFT JOIN wallet.standing_ends e ON e.standing_id = s.id
WHERE s.person_id = %(person_id)s ORDER BY s.agreed_at, s.id;

-- name: standing_open
-- Standing payments that have begun and not ended, after a mark.
SELECT s.id, s.person_id, s.payee_id, s.goal_id, s.amount_minor, s.every, s.first_on, s.last_on, s.agreed_at,
    NULL::timestamptz AS ended_at
FROM wallet.standing s
WHERE s.first_on <= %(today)s AND s.id > %(after)s
    AND NOT EXISTS (SELECT FROM wallet.standing_ends e WHERE e.standing_id = s.id)
ORDER BY s.id LIMIT %(most)s;

-- name: insert_standing_end
-- Ends a standing payment, once.
INSERT INTO wallet.standing_ends (standing_id, reason, ended_at) VALUES (%(standing_id)s, %(reason)s, %(now)s)
ON CONFLICT DO NOTHING RETURNING standing_id;

-- name: insert_standing_try
-- Notes a try, once.
INSERT INTO wallet.standing_tries (standing_id, due_on, attempt, outcome, code, reason, tried_on, tried_at)
VALUES (%(standing_id)s, %(due_on)s, %(attempt)s, %(outcome)s, %(code)s, %(reason)s, %(tried_on)s, %(now)s)
ON CONFLICT DO NOTHING RETURNING attempt;

-- name: standing_tries
-- What became of each due day, the newest first.
SELECT standing_id, due_on, attempt, outcome, code, reason, tried_on FROM wallet.standing_tries
WHERE standing_id = %(standing_id)s ORDER BY due_on DESC, attempt DESC;

-- name: lock_standing
-- Lets one try of a standing payment after another.
SELECT pg_advisory_xact_lock(hashtextextended('wallet.standing ' || %(standing_id)s::text, 0));
