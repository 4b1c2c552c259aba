ALTER TABLE charging_webhooks DROP COLUMN tried_to;
