-- Two files of one human. Nothing moves: the files stay as they were written, and readers see one human.
CREATE TABLE identity.merges (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kept_id uuid NOT NULL CONSTRAINT merges_keep_a_person REFERENCES identity.people (id),
    merged_id uuid NOT NULL CONSTRAINT merges_merge_a_person REFERENCES identity.people (id),
    reason text NOT NULL CONSTRAINT merges_give_a_reason CHECK (length(btrim(reason)) BETWEEN 1 AND 500),
    decided_by text NOT NULL,
    decided_at timestamptz NOT NULL,
    undone_at timestamptz,
    undone_by text,
    undone_reason text CONSTRAINT merges_are_undone_for_a_reason CHECK (
        length(btrim(undone_reason)) BETWEEN 1 AND 500),
    CONSTRAINT merges_are_of_two_files CHECK (kept_id <> merged_id),
    CONSTRAINT merges_are_undone_whole CHECK (
        (undone_at IS NULL) = (undone_by IS NULL) AND (undone_at IS NULL) = (undone_reason IS NULL))
);
CREATE UNIQUE INDEX merges_are_open_once ON identity.merges (merged_id) WHERE undone_at IS NULL;
CREATE INDEX merges_by_kept ON identity.merges (kept_id) WHERE undone_at IS NULL;
