-- Certificates of stations that our root has signed, and those that count no longer. Times are
-- microseconds since 1970.
CREATE TABLE charging_certificates (
  id /*sqlite: INTEGER *//*postgres: BIGINT */ PRIMARY KEY,
  serial TEXT NOT NULL UNIQUE,   -- capital hexadecimal
  station_id BIGINT NOT NULL,    -- 0: a foreign one, known since it was revoked
  issued_at BIGINT NOT NULL,     -- 0: not by us
  expires_at BIGINT NOT NULL
);
CREATE INDEX charging_certificates_station ON charging_certificates (station_id);
CREATE TABLE charging_revoked_certificates (
  id /*sqlite: INTEGER *//*postgres: BIGINT */ PRIMARY KEY,  -- grows: servers look for what is new
  serial TEXT NOT NULL UNIQUE,
  revoked_at BIGINT NOT NULL
);
