DROP TABLE apim_application_webhooks;
DROP TABLE apim_service_webhooks;
DROP TABLE apim_spike_limits;
ALTER TABLE apim_usage_limits DROP COLUMN shadow;
ALTER TABLE apim_usage_limits DROP COLUMN grace_percent;
