-- What the database refuses, whoever asks.

CREATE OR REPLACE TRIGGER transfers_never_change BEFORE UPDATE OR DELETE ON ledger.transfers
    FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change();
CREATE OR REPLACE TRIGGER transfers_are_never_emptied BEFORE TRUNCATE ON ledger.transfers
    FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change();
CREATE OR REPLACE TRIGGER refusals_never_change BEFORE UPDATE OR DELETE ON ledger.refusals
    FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change();
CREATE OR REPLACE TRIGGER refusals_are_never_emptied BEFORE TRUNCATE ON ledger.refusals
    FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change();
CREATE OR REPLACE TRIGGER accounts_are_never_emptied BEFORE TRUNCATE ON ledger.accounts
    FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change();
CREATE OR REPLACE TRIGGER limits_are_never_emptied BEFORE TRUNCATE ON ledger.limits
    FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change();
CREATE OR REPLACE TRIGGER limit_codes_are_never_emptied BEFORE TRUNCATE ON ledger.limit_codes
    FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change();
CREATE OR REPLACE TRIGGER former_classes_are_never_emptied BEFORE TRUNCATE ON ledger.former_classes
    FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change();
CREATE OR REPLACE TRIGGER returned_is_never_deleted BEFORE DELETE ON ledger.returned
    FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change();
CREATE OR REPLACE TRIGGER returned_is_never_emptied BEFORE TRUNCATE ON ledger.returned
    FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change();
CREATE OR REPLACE TRIGGER accounts_are_never_deleted BEFORE DELETE ON ledger.accounts
    FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change();
CREATE OR REPLACE TRIGGER former_classes_never_change BEFORE UPDATE OR DELETE ON ledger.former_classes
    FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change();
CREATE OR REPLACE TRIGGER limits_never_change BEFORE UPDATE OR DELETE ON ledger.limits
    FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change();
CREATE OR REPLACE TRIGGER limit_codes_never_change BEFORE UPDATE OR DELETE ON ledger.limit_codes
    FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change();

-- The application reads the ledger and calls its functions; it writes no table of it.
GRANT USAGE ON SCHEMA ledger, ledger_api TO ayni_app;
GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO ayni_app;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    ledger.post, ledger.expire, ledger.open_owners, ledger.open_accounts, ledger.flag_account,
    ledger.flag_owner, ledger.close_account, ledger.set_account_limits, ledger.set_limit_class,
    ledger.total, ledger.define_class, ledger.add_limit, ledger.add_limit_codes, ledger.open_book
TO ayni_app;
