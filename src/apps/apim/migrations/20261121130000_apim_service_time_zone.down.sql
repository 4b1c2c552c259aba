ALTER TABLE apim_services DROP COLUMN time_zone;
