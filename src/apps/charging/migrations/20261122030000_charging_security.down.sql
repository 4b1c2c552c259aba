DROP TABLE charging_security_events;
DROP TABLE charging_station_keys;
