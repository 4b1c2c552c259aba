DROP TABLE exchange_accounts;
