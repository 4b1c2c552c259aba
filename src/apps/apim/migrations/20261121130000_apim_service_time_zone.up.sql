-- The IANA time zone that a service's windows follow; empty: UTC.
ALTER TABLE apim_services ADD COLUMN time_zone TEXT NOT NULL DEFAULT '';
