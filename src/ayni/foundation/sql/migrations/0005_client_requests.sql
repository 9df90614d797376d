-- What a client asked for under an id of its own, so that the same request again finds what became of the first.
CREATE TABLE foundation.client_requests (
    id uuid PRIMARY KEY,
    client_id text NOT NULL REFERENCES foundation.clients (id),
    correlation_id uuid NOT NULL,
    kind text NOT NULL CONSTRAINT client_requests_have_a_kind CHECK (kind ~ '^[a-z_./]{1,60}$'),
    asked jsonb NOT NULL,
    callback_url text CONSTRAINT client_requests_call_back_by_http CHECK (callback_url ~ '^https?://'),
    asked_at timestamptz NOT NULL,
    CONSTRAINT client_requests_are_asked_once UNIQUE (client_id, correlation_id)
);

-- What became of it: an object that can be fetched, or why there is none.
CREATE TABLE foundation.client_request_ends (
    request_id uuid CONSTRAINT client_requests_end_once PRIMARY KEY REFERENCES foundation.client_requests (id),
    completed boolean NOT NULL,
    client_id text NOT NULL,
    object_ref text CONSTRAINT client_requests_name_what_was_made CHECK (object_ref <> ''),
    answer jsonb NOT NULL,
    ended_at timestamptz NOT NULL,
    CONSTRAINT client_requests_make_one_object CHECK (completed = (object_ref IS NOT NULL))
);
CREATE INDEX client_request_ends_by_object ON foundation.client_request_ends (client_id, object_ref);
