-- Investors, artists, and how the ones were allocated to the others. Amounts are in the smallest units of the market's quote asset, times in microseconds.
CREATE TABLE exchange_investors (
  id BIGINT NOT NULL PRIMARY KEY,
  owner_id TEXT NOT NULL,
  request_key TEXT,
  account BIGINT NOT NULL UNIQUE,
  mu DOUBLE PRECISION NOT NULL,
  sigma DOUBLE PRECISION NOT NULL,
  principal BIGINT NOT NULL,
  remaining BIGINT NOT NULL CHECK (remaining >= 0),
  genre TEXT NOT NULL,
  time_horizon BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_run BIGINT NOT NULL,
  payment BIGINT NOT NULL,
  UNIQUE (owner_id, request_key)
);
CREATE TABLE exchange_artists (
  id BIGINT NOT NULL PRIMARY KEY,
  owner_id TEXT NOT NULL,
  ticker TEXT NOT NULL UNIQUE,
  account BIGINT NOT NULL UNIQUE,
  mu DOUBLE PRECISION NOT NULL,
  sigma DOUBLE PRECISION NOT NULL,
  ranking DOUBLE PRECISION NOT NULL,
  genre TEXT NOT NULL,
  expiration_date BIGINT NOT NULL,
  pricing_date BIGINT NOT NULL,
  total_fund BIGINT NOT NULL,
  remaining BIGINT NOT NULL CHECK (remaining >= 0),
  unit_price BIGINT NOT NULL,
  history TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  payment BIGINT NOT NULL
);
CREATE INDEX exchange_artists_by_owner ON exchange_artists (owner_id, id);
CREATE TABLE exchange_allocations (
  id BIGINT NOT NULL PRIMARY KEY,
  owner_id TEXT NOT NULL,
  request_key TEXT,
  method TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  investors BIGINT NOT NULL,
  matches BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  UNIQUE (owner_id, request_key)
);
-- state: 0 agreed, 1 issued, 2 void (the investor's account had too little)
CREATE TABLE exchange_matches (
  id BIGINT NOT NULL PRIMARY KEY,
  allocation BIGINT NOT NULL REFERENCES exchange_allocations (id),
  investor BIGINT NOT NULL REFERENCES exchange_investors (id),
  artist BIGINT NOT NULL REFERENCES exchange_artists (id),
  amount BIGINT NOT NULL,
  units BIGINT NOT NULL,
  state BIGINT NOT NULL
);
CREATE INDEX exchange_matches_by_allocation ON exchange_matches (allocation, id);
CREATE INDEX exchange_matches_by_investor ON exchange_matches (investor, id);
CREATE INDEX exchange_matches_by_artist ON exchange_matches (artist, id);
-- What the market's accounts are still to be told, and were: written with its cause.
-- state: 0 due, 1 debited, 2 done, 3 refused
CREATE TABLE exchange_payments (
  id BIGINT NOT NULL PRIMARY KEY,
  match_id BIGINT NOT NULL,
  from_account BIGINT NOT NULL,
  to_account BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  ticker TEXT NOT NULL,
  units BIGINT NOT NULL,
  unit_price BIGINT NOT NULL,
  state BIGINT NOT NULL
);
CREATE INDEX exchange_payments_open ON exchange_payments (id) WHERE state < 2;
