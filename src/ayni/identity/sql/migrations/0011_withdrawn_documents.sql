-- A document that was entered on the wrong person leaves them, and stays on record here. Answers of registers stay too,
-- and say about whom they were: they count for nobody who holds the document later.
CREATE TABLE identity.withdrawn_documents (
    entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    number text NOT NULL,
    person_id uuid NOT NULL CONSTRAINT withdrawn_documents_were_of_a_person REFERENCES identity.people (id),
    recorded_at timestamptz NOT NULL,
    withdrawn_at timestamptz NOT NULL,
    withdrawn_by text NOT NULL,
    reason text NOT NULL CONSTRAINT withdrawn_documents_give_a_reason CHECK (length(btrim(reason)) BETWEEN 1 AND 500)
);
CREATE INDEX withdrawn_documents_by_person ON identity.withdrawn_documents (person_id);
DROP TRIGGER IF EXISTS never_changed ON identity.documents;
DROP TRIGGER IF EXISTS never_changed ON identity.verifications;
ALTER TABLE identity.verifications DROP CONSTRAINT verifications_are_of_a_document;
ALTER TABLE identity.verifications
    ADD COLUMN person_id uuid CONSTRAINT verifications_are_about_a_person REFERENCES identity.people (id);
UPDATE identity.verifications v SET person_id = d.person_id
FROM identity.documents d WHERE d.kind = v.document_kind AND d.number = v.document_number;
ALTER TABLE identity.verifications ALTER COLUMN person_id SET NOT NULL;
