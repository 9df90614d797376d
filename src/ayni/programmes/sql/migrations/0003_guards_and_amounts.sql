-- Where a million rows come in one statement, guards look up what they belong to, once for all of them.
ALTER TABLE programmes.assessment_rows DROP CONSTRAINT assessment_rows_assessment_id_fkey;
ALTER TABLE programmes.enrolments DROP CONSTRAINT enrolments_programme_id_fkey;
ALTER TABLE programmes.enrolments DROP CONSTRAINT enrolments_assessment_id_fkey;
ALTER TABLE programmes.entitlements DROP CONSTRAINT entitlements_cycle_id_fkey;

-- Why a formula's answer is no amount that can be paid: a reason of its own.
ALTER TABLE programmes.assessment_rows ADD COLUMN amount_fault text
    CONSTRAINT amount_fault_is_known CHECK (
        amount_fault IN ('unknown', 'zero', 'negative', 'fraction', 'too_large'));
ALTER TABLE programmes.assessment_rows ADD CONSTRAINT eligible_has_no_amount_fault
    CHECK (outcome <> 'eligible' OR amount_fault IS NULL);
