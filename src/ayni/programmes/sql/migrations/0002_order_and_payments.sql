-- Assessments are in the order in which they were made: two may bear the same instant.
ALTER TABLE programmes.assessments ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY;
DROP INDEX programmes.assessments_by_programme;
CREATE INDEX assessments_by_programme ON programmes.assessments (programme_id, number);

-- A cycle is paid in the order of its entitlements, a batch at a time.
CREATE INDEX entitlements_in_order ON programmes.entitlements (cycle_id, id);

-- Where a million rows come in one statement, guards look up what they belong to, once for all of them.
ALTER TABLE programmes.assessment_rows DROP CONSTRAINT assessment_rows_assessment_id_fkey;
ALTER TABLE programmes.enrolments DROP CONSTRAINT enrolments_programme_id_fkey;
ALTER TABLE programmes.enrolments DROP CONSTRAINT enrolments_assessment_id_fkey;
ALTER TABLE programmes.entitlements DROP CONSTRAINT entitlements_cycle_id_fkey;
ALTER TABLE programmes.payments DROP CONSTRAINT payments_entitlement_id_fkey;

-- A cancelled cycle leaves its name to the next.
ALTER TABLE programmes.cycles DROP CONSTRAINT cycle_name_is_unique;
CREATE UNIQUE INDEX cycle_name_is_unique ON programmes.cycles (programme_id, name) WHERE state <> 'cancelled';

-- Why a formula's answer is no amount that can be paid: a reason of its own.
ALTER TABLE programmes.assessment_rows ADD COLUMN amount_fault text
    CONSTRAINT amount_fault_is_known CHECK (
        amount_fault IN ('unknown', 'zero', 'negative', 'fraction', 'too_large'));
ALTER TABLE programmes.assessment_rows ADD CONSTRAINT eligible_has_no_amount_fault
    CHECK (outcome <> 'eligible' OR amount_fault IS NULL);
