-- How stations prove who they are, and what they and we noted about security. Times are
-- microseconds since 1970.
CREATE TABLE charging_station_keys (
  station_id /*sqlite: INTEGER *//*postgres: BIGINT */ PRIMARY KEY,
  profile SMALLINT NOT NULL,   -- the highest it has connected with: it may only rise
  current TEXT NOT NULL,       -- of its AuthorizationKey: "hmac$..." or Argon2id; empty: none
  quick TEXT NOT NULL,         -- of one kept as Argon2id: a keyed check, since its first use
  proposed TEXT NOT NULL,      -- as current: sent to the station, and not known to be in use
  changed_at BIGINT NOT NULL
);
CREATE TABLE charging_security_events (
  id /*sqlite: INTEGER *//*postgres: BIGINT */ PRIMARY KEY,
  station_id BIGINT NOT NULL,
  kind TEXT NOT NULL,          -- the station's own word, or one of ours: docs/charging_ocpp.md
  at BIGINT NOT NULL,          -- by the station's clock, or ours
  received_at BIGINT NOT NULL,
  detail TEXT NOT NULL
);
CREATE INDEX charging_security_events_station ON charging_security_events (station_id, id);
