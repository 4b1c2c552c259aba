CREATE TABLE charging_stations (
  id BIGINT PRIMARY KEY,
  identity TEXT NOT NULL UNIQUE
);
