DROP TABLE charging_stations;
