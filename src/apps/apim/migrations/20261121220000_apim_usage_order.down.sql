/*sqlite:
CREATE TABLE apim_usage_beside (
  subject_id BIGINT NOT NULL,
  period BIGINT NOT NULL,
  begin_at BIGINT NOT NULL,
  value BIGINT NOT NULL,
  PRIMARY KEY (subject_id, period, begin_at)
);
INSERT INTO apim_usage_beside SELECT subject_id, period, begin_at, value FROM apim_usage;
DROP TABLE apim_usage;
ALTER TABLE apim_usage_beside RENAME TO apim_usage;
CREATE INDEX apim_usage_age ON apim_usage (period, begin_at);
*/
