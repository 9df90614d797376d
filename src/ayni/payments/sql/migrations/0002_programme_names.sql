-- How a programme is called on statements. Names change and are not edited: the newest holds.
CREATE TABLE payments.programme_names (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    programme_id uuid NOT NULL REFERENCES payments.programme_books,
    name text NOT NULL
        CONSTRAINT programme_names_fit CHECK (length(btrim(name)) BETWEEN 1 AND 200),
    since timestamptz NOT NULL
);
CREATE INDEX programme_names_by_programme ON payments.programme_names (programme_id, number);
