CREATE TABLE @{app}_items (
  id TEXT PRIMARY KEY,
  text TEXT NOT NULL,
  made_at BIGINT NOT NULL -- microseconds since 1970
);

CREATE INDEX @{app}_items_by_age ON @{app}_items (made_at);
