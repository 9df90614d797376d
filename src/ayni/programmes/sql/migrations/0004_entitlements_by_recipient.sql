-- Who receives what in a cycle: for finding a human who would be paid twice after two files were merged.
CREATE INDEX entitlements_by_recipient ON programmes.entitlements (recipient_id, cycle_id);
