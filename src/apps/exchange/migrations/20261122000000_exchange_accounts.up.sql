-- Who owns an account of the exchange. Numbers below 1000 are nobody's: the venue, simulated traders.
CREATE TABLE exchange_accounts (
  user_id TEXT NOT NULL PRIMARY KEY,
  account BIGINT NOT NULL UNIQUE,
  created_at BIGINT NOT NULL
);
