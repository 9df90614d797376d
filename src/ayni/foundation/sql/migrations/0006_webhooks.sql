-- Addresses that clients want told what happens. The id is made from the client's own key.
CREATE TABLE foundation.webhooks (
    id uuid PRIMARY KEY,
    client_id text NOT NULL REFERENCES foundation.clients (id),
    url text NOT NULL CONSTRAINT webhooks_are_reached_by_http CHECK (url ~ '^https?://'),
    key_version integer NOT NULL CONSTRAINT webhooks_name_their_key CHECK (key_version > 0),
    asked_seq bigint CONSTRAINT webhooks_begin_somewhere CHECK (asked_seq >= 0), -- null: with what came next
    begun_at timestamptz NOT NULL
);
CREATE INDEX webhooks_by_client ON foundation.webhooks (client_id);

-- How each came to where it stands in the ledger's order; the step with the highest number says where that is.
CREATE TABLE foundation.webhook_steps (
    webhook_id uuid NOT NULL REFERENCES foundation.webhooks (id),
    number bigint NOT NULL CONSTRAINT webhook_steps_are_counted CHECK (number > 0),
    kind text NOT NULL CONSTRAINT webhook_steps_are_known
        CHECK (kind IN ('begun', 'passed', 'taken', 'refused', 'replayed', 'ended')),
    told_seq bigint NOT NULL CONSTRAINT webhooks_stand_somewhere CHECK (told_seq >= 0),
    trying_seq bigint CONSTRAINT webhooks_try_what_comes_next CHECK (trying_seq > told_seq),
    events integer NOT NULL,
    failures integer NOT NULL,
    problem text,
    asked_key uuid CONSTRAINT webhooks_are_replayed_once UNIQUE,
    at timestamptz NOT NULL,
    PRIMARY KEY (webhook_id, number),
    CONSTRAINT webhooks_are_refused_for_a_reason CHECK (
        (kind = 'refused') = (problem IS NOT NULL) AND (problem IS NULL) = (trying_seq IS NULL)
        AND (problem IS NULL) = (failures = 0)),
    CONSTRAINT webhooks_are_replayed_when_asked CHECK ((kind = 'replayed') = (asked_key IS NOT NULL))
);
