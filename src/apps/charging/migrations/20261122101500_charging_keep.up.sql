-- What the history looks for: what was told of connectors by its age, and transactions that ended without a word, of which it stays.
CREATE INDEX charging_connector_uses_at ON charging_connector_uses (at, station_id, connector);
CREATE INDEX charging_transactions_superseded ON charging_transactions (id) WHERE state = 2;
