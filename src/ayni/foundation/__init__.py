"""What every module stands on: the database and its transactions, the clock, the audit trail, errors."""
