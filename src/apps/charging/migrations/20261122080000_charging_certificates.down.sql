DROP TABLE charging_revoked_certificates;
DROP TABLE charging_certificates;
