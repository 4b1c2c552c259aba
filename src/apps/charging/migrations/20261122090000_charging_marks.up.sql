-- Numbers that rows no longer tell: those of what was removed are not given again.
CREATE TABLE charging_marks (
  name TEXT PRIMARY KEY,            -- "station"
  value BIGINT NOT NULL             -- the highest that ever was
);
INSERT INTO charging_marks SELECT 'station', COALESCE(MAX(station_id), 0) FROM charging_events;
