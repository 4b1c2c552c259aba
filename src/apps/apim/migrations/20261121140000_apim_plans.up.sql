-- A grace above a limit, limits that only report, spike limits, and where alerts are sent.
ALTER TABLE apim_usage_limits ADD COLUMN grace_percent BIGINT NOT NULL DEFAULT 0;
ALTER TABLE apim_usage_limits ADD COLUMN shadow BIGINT NOT NULL DEFAULT 0;

-- As usage limits, they may be on a metric that does not exist.
CREATE TABLE apim_spike_limits (
  service_id TEXT NOT NULL REFERENCES apim_services (id) ON DELETE CASCADE,
  plan_id TEXT NOT NULL,
  metric_id TEXT NOT NULL,
  max_value BIGINT NOT NULL,
  seconds BIGINT NOT NULL,
  burst BIGINT NOT NULL,
  PRIMARY KEY (service_id, plan_id, metric_id)
);

CREATE TABLE apim_service_webhooks (
  service_id TEXT NOT NULL PRIMARY KEY REFERENCES apim_services (id) ON DELETE CASCADE,
  url TEXT NOT NULL,
  secret TEXT NOT NULL
);

CREATE TABLE apim_application_webhooks (
  service_id TEXT NOT NULL,
  application_id TEXT NOT NULL,
  url TEXT NOT NULL,
  secret TEXT NOT NULL,
  PRIMARY KEY (service_id, application_id),
  FOREIGN KEY (service_id, application_id)
    REFERENCES apim_applications (service_id, id) ON DELETE CASCADE
);
