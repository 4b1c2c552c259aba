-- The newest event of the message that was sent last. Beyond sent_to: without a receipt, and it is sent again as it was.
ALTER TABLE charging_webhooks ADD COLUMN tried_to BIGINT NOT NULL DEFAULT 0;
