DROP TABLE charging_profiles;
DROP TABLE charging_power_holds;
DROP TABLE charging_power_sites;
