-- Assessments are in the order in which they were made: two may bear the same instant.
ALTER TABLE programmes.assessments ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY;
DROP INDEX programmes.assessments_by_programme;
CREATE INDEX assessments_by_programme ON programmes.assessments (programme_id, number);

-- A cycle is paid in the order of its entitlements, a batch at a time.
CREATE INDEX entitlements_in_order ON programmes.entitlements (cycle_id, id);

-- The guard of payments looks each entitlement up, a whole batch at once.
ALTER TABLE programmes.payments DROP CONSTRAINT payments_entitlement_id_fkey;

-- A cancelled cycle leaves its name to the next.
ALTER TABLE programmes.cycles DROP CONSTRAINT cycle_name_is_unique;
CREATE UNIQUE INDEX cycle_name_is_unique ON programmes.cycles (programme_id, name) WHERE state <> 'cancelled';
