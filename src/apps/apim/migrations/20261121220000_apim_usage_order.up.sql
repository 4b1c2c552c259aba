-- On SQLite the rows lie in the order of their key, so that a series is one stretch of pages; as a table beside
-- its key's index each row of it was looked up on its own.
/*sqlite:
CREATE TABLE apim_usage_ordered (
  subject_id BIGINT NOT NULL,
  period BIGINT NOT NULL,
  begin_at BIGINT NOT NULL,
  value BIGINT NOT NULL,
  PRIMARY KEY (subject_id, period, begin_at)
) WITHOUT ROWID;
INSERT INTO apim_usage_ordered SELECT subject_id, period, begin_at, value FROM apim_usage
  ORDER BY subject_id, period, begin_at;
DROP TABLE apim_usage;
ALTER TABLE apim_usage_ordered RENAME TO apim_usage;
CREATE INDEX apim_usage_age ON apim_usage (period, begin_at);
*/
