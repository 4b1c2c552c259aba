-- Smart charging (docs/charging_power.md). Times are microseconds since 1970.
CREATE TABLE charging_power_sites (
  site_id BIGINT PRIMARY KEY,       -- the plot's number
  circuits TEXT NOT NULL,           -- JSON: circuits with limits, and who hangs on them
  changed_at BIGINT NOT NULL
);
-- What a station was told of an outlet: confirmed, and what may have arrived. Written before it is
-- sent.
CREATE TABLE charging_power_holds (
  station_id BIGINT NOT NULL,
  connector INTEGER NOT NULL,       -- 0: the fall-back
  transaction_id INTEGER NOT NULL,  -- 0 with connector 0
  confirmed TEXT NOT NULL,          -- "tenths of amperes now,until,then", or empty
  doubtful TEXT NOT NULL,
  PRIMARY KEY (station_id, connector)
);
-- Profiles that stations have confirmed. They keep them over reboots, and so do we.
CREATE TABLE charging_profiles (
  station_id BIGINT NOT NULL,
  profile_id INTEGER NOT NULL,      -- OCPP's chargingProfileId
  connector INTEGER NOT NULL,
  profile TEXT NOT NULL,            -- OCPP's JSON
  PRIMARY KEY (station_id, profile_id)
);
