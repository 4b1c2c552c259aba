-- The counters' windows of an hour and longer: the mirror of what the journal counts. A subject is a
-- metric of an application; one whose application_id is empty is the total of its service.
CREATE TABLE apim_usage_subjects (
  id BIGINT NOT NULL PRIMARY KEY,
  service_id TEXT NOT NULL,
  metric_id TEXT NOT NULL,
  application_id TEXT NOT NULL,
  UNIQUE (service_id, metric_id, application_id)
);

-- period: 1 hour, 2 day, 3 week, 4 month, 5 year, 6 eternity. begin_at: seconds since 1970, UTC.
-- Never 0; in the order of counting, so that the windows of the moment lie side by side.
CREATE TABLE apim_usage (
  subject_id BIGINT NOT NULL,
  period BIGINT NOT NULL,
  begin_at BIGINT NOT NULL,
  value BIGINT NOT NULL,
  PRIMARY KEY (subject_id, period, begin_at)
);
CREATE INDEX apim_usage_age ON apim_usage (period, begin_at);

-- Services that were deleted and whose counters may still be there.
CREATE TABLE apim_deleted_services (
  id BIGINT NOT NULL PRIMARY KEY,
  service_id TEXT NOT NULL
);
CREATE INDEX apim_deleted_services_service ON apim_deleted_services (service_id);
