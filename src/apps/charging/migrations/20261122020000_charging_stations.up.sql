-- The network: stations, what they said, and what operators asked of them. Times are microseconds
-- since 1970. No foreign keys: the program decides in memory, and rows are its memory of it.
CREATE TABLE charging_stations (
  id /*sqlite: INTEGER *//*postgres: BIGINT */ PRIMARY KEY,
  identity TEXT NOT NULL UNIQUE,    -- OCPP's, at most 48 characters
  name TEXT NOT NULL,
  admission SMALLINT NOT NULL,      -- what a BootNotification is answered: 0 accepted, 1 pending, 2 rejected
  groups TEXT NOT NULL,             -- names between commas: ",north,fast,"
  plot BIGINT NOT NULL,             -- 0: none
  made_at BIGINT NOT NULL,
  booted_at BIGINT NOT NULL,        -- 0: never
  registration SMALLINT NOT NULL,   -- what the newest boot was answered, as admission
  vendor TEXT NOT NULL,
  model TEXT NOT NULL,
  boot TEXT NOT NULL                -- what else it said of itself: a JSON object, or empty
);
CREATE TABLE charging_connectors (
  station_id BIGINT NOT NULL,
  connector INTEGER NOT NULL,
  status SMALLINT NOT NULL,
  error SMALLINT NOT NULL,
  at BIGINT NOT NULL,
  is_operative SMALLINT NOT NULL,   -- as operators asked
  PRIMARY KEY (station_id, connector)
);
CREATE TABLE charging_tags (
  tag TEXT PRIMARY KEY,             -- in capitals: OCPP compares without case
  status SMALLINT NOT NULL,         -- 0 accepted, 1 blocked
  expires_at BIGINT NOT NULL,       -- 0: never
  parent TEXT NOT NULL,
  owner_id TEXT NOT NULL,           -- a user, or empty
  label TEXT NOT NULL,
  transactions_max INTEGER NOT NULL,  -- at once; 0: any number
  made_at BIGINT NOT NULL
);
CREATE INDEX charging_tags_owner ON charging_tags (owner_id) WHERE owner_id <> '';
CREATE TABLE charging_transactions (
  id INTEGER PRIMARY KEY,
  station_id BIGINT NOT NULL,
  connector INTEGER NOT NULL,
  tag TEXT NOT NULL,
  tag_status SMALLINT NOT NULL,     -- what the station was answered
  owner_id TEXT NOT NULL,
  reservation_id INTEGER NOT NULL,
  meter_start BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  state SMALLINT NOT NULL,          -- 0 active, 1 ended, 2 superseded: ended without a word
  meter_stop BIGINT,
  stopped_at BIGINT,
  stop_reason SMALLINT,
  stop_tag TEXT
);
CREATE INDEX charging_transactions_station ON charging_transactions (station_id, started_at);
CREATE INDEX charging_transactions_open ON charging_transactions (id) WHERE state = 0;
CREATE TABLE charging_meter_values (
  id /*sqlite: INTEGER *//*postgres: BIGINT */ PRIMARY KEY,
  transaction_id BIGINT NOT NULL,   -- negative: none known; of station -transaction_id
  connector INTEGER NOT NULL,
  at BIGINT NOT NULL,               -- of the first sample
  readings TEXT NOT NULL            -- domain/meter_text.hpp
);
CREATE INDEX charging_meter_values_transaction ON charging_meter_values (transaction_id);
CREATE TABLE charging_unknown_stops (
  id /*sqlite: INTEGER *//*postgres: BIGINT */ PRIMARY KEY,
  station_id BIGINT NOT NULL,
  said_id BIGINT NOT NULL,          -- the transaction as the station named it
  tag TEXT NOT NULL,
  meter_stop BIGINT NOT NULL,
  stopped_at BIGINT NOT NULL,
  stop_reason SMALLINT NOT NULL,
  received_at BIGINT NOT NULL,
  readings TEXT NOT NULL,
  attached_to INTEGER NOT NULL,     -- 0: waits for somebody to say whose it is; -1: nobody's
  UNIQUE (station_id, said_id, stopped_at, meter_stop)
);
CREATE TABLE charging_reservations (
  id INTEGER PRIMARY KEY,
  station_id BIGINT NOT NULL,
  connector INTEGER NOT NULL,
  tag TEXT NOT NULL,
  parent TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  state SMALLINT NOT NULL,          -- domain/network_rows.hpp
  transaction_id INTEGER NOT NULL
);
CREATE INDEX charging_reservations_open ON charging_reservations (id) WHERE state < 2;
CREATE TABLE charging_operations (
  id /*sqlite: INTEGER *//*postgres: BIGINT */ PRIMARY KEY,
  command TEXT NOT NULL,
  request TEXT NOT NULL,            -- JSON, secrets left out
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  deadline_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL          -- 0: not yet
);
CREATE TABLE charging_operation_stations (
  operation_id BIGINT NOT NULL,
  station_id BIGINT NOT NULL,
  state SMALLINT NOT NULL,
  outcome TEXT NOT NULL,
  detail TEXT NOT NULL,             -- JSON
  ended_at BIGINT NOT NULL,
  PRIMARY KEY (operation_id, station_id)
);
CREATE TABLE charging_events (
  id /*sqlite: INTEGER *//*postgres: BIGINT */ PRIMARY KEY,
  kind SMALLINT NOT NULL,
  station_id BIGINT NOT NULL,
  connector INTEGER NOT NULL,
  at BIGINT NOT NULL,
  reference BIGINT NOT NULL,        -- a transaction, reservation or operation
  detail TEXT NOT NULL              -- JSON, or empty: what reference is about says it
);
-- Commands write while a server runs: a new row has it look again.
CREATE TABLE charging_outside_changes (
  id /*sqlite: INTEGER *//*postgres: BIGINT */ PRIMARY KEY,
  at BIGINT NOT NULL
);
CREATE TABLE charging_webhooks (
  id /*sqlite: INTEGER *//*postgres: BIGINT */ PRIMARY KEY,
  url TEXT NOT NULL,
  secret TEXT NOT NULL,
  kinds TEXT NOT NULL,              -- names between commas; empty: all
  made_at BIGINT NOT NULL,
  sent_to BIGINT NOT NULL,          -- the newest event that is delivered or passed over
  failures INTEGER NOT NULL,
  last_error TEXT NOT NULL
);
