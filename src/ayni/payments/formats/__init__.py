"""The files of ISO 20022 that pass between the issuer and the bank that keeps the trust."""
