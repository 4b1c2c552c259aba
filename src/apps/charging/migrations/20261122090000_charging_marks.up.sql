-- Numbers that rows no longer tell: those of what was removed are not given again.
CREATE TABLE charging_marks (
  name TEXT PRIMARY KEY,            -- "station"
  value BIGINT NOT NULL             -- the highest that ever was
);
CREATE INDEX charging_reservations_owner ON charging_reservations (owner_id, id)
  WHERE owner_id <> '';
INSERT INTO charging_marks SELECT 'station', COALESCE(MAX(station_id), 0) FROM charging_events;
