-- What somebody is due who was named in place of the recipient.
CREATE INDEX payees_by_payee ON programmes.payees (payee_id);
