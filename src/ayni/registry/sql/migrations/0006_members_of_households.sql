-- registry_api.households_on tells whom a household consists of, too; what it returns cannot be changed in place.
DROP FUNCTION IF EXISTS registry_api.households_on(date) CASCADE;
