-- The configuration of API management. `position` keeps the order of making.
CREATE TABLE apim_services (
  id TEXT NOT NULL PRIMARY KEY,
  provider_key TEXT NOT NULL,
  backend_version TEXT NOT NULL,
  state TEXT NOT NULL,
  referrer_filters_required BIGINT NOT NULL,
  position BIGINT NOT NULL
);
CREATE INDEX apim_services_position ON apim_services (position);

CREATE TABLE apim_default_services (
  provider_key TEXT NOT NULL PRIMARY KEY,
  service_id TEXT NOT NULL REFERENCES apim_services (id) ON DELETE CASCADE
);
CREATE INDEX apim_default_services_service ON apim_default_services (service_id);

-- A token may come before its service.
CREATE TABLE apim_service_tokens (
  service_id TEXT NOT NULL,
  token TEXT NOT NULL,
  PRIMARY KEY (service_id, token)
);

CREATE TABLE apim_metrics (
  service_id TEXT NOT NULL REFERENCES apim_services (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  parent_id TEXT,
  position BIGINT NOT NULL,
  PRIMARY KEY (service_id, id),
  UNIQUE (service_id, name)
);
CREATE INDEX apim_metrics_position ON apim_metrics (service_id, position);

-- A limit may be on a metric that does not exist.
CREATE TABLE apim_usage_limits (
  service_id TEXT NOT NULL REFERENCES apim_services (id) ON DELETE CASCADE,
  plan_id TEXT NOT NULL,
  metric_id TEXT NOT NULL,
  period TEXT NOT NULL,
  max_value BIGINT NOT NULL,
  PRIMARY KEY (service_id, plan_id, metric_id, period)
);

CREATE TABLE apim_alert_limits (
  service_id TEXT NOT NULL REFERENCES apim_services (id) ON DELETE CASCADE,
  bin BIGINT NOT NULL,
  PRIMARY KEY (service_id, bin)
);

CREATE TABLE apim_applications (
  service_id TEXT NOT NULL REFERENCES apim_services (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  state TEXT NOT NULL,
  plan_id TEXT NOT NULL,
  plan_name TEXT NOT NULL,
  redirect_url TEXT NOT NULL,
  PRIMARY KEY (service_id, id)
);

CREATE TABLE apim_application_keys (
  service_id TEXT NOT NULL,
  application_id TEXT NOT NULL,
  value TEXT NOT NULL,
  position BIGINT NOT NULL,
  PRIMARY KEY (service_id, application_id, value),
  FOREIGN KEY (service_id, application_id)
    REFERENCES apim_applications (service_id, id) ON DELETE CASCADE
);

CREATE TABLE apim_referrer_filters (
  service_id TEXT NOT NULL,
  application_id TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (service_id, application_id, value),
  FOREIGN KEY (service_id, application_id)
    REFERENCES apim_applications (service_id, id) ON DELETE CASCADE
);

-- A user key may lead to an application that does not exist yet.
CREATE TABLE apim_user_keys (
  service_id TEXT NOT NULL REFERENCES apim_services (id) ON DELETE CASCADE,
  user_key TEXT NOT NULL,
  application_id TEXT NOT NULL,
  PRIMARY KEY (service_id, user_key)
);
