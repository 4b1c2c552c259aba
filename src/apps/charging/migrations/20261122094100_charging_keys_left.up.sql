-- Keys that commands set beside the server: it takes them up, since it writes charging_station_keys from memory.
CREATE TABLE charging_station_keys_left (
  station_id BIGINT PRIMARY KEY,
  kept TEXT NOT NULL                -- as charging_station_keys.current
);
