-- A file may be read as one of many in a list that was given to somebody.
ALTER TABLE identity.reads DROP CONSTRAINT reads_kind_is_known;
ALTER TABLE identity.reads ADD CONSTRAINT reads_kind_is_known
    CHECK (kind IN ('file', 'export', 'restricted', 'list'));
