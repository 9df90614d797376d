CREATE INDEX payments_as_vouchers ON programmes.payments (transfer_id) WHERE code = 'voucher';
