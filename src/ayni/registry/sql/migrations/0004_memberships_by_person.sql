-- Where a person lives and lived, without reading everybody's.
CREATE INDEX memberships_by_person ON registry.memberships (person_id);
