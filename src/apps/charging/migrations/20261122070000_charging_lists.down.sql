DROP INDEX charging_transactions_owner;
DROP INDEX charging_transactions_tag;
