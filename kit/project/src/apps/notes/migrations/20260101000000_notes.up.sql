CREATE TABLE notes (
  id TEXT PRIMARY KEY,
  text TEXT NOT NULL,
  made_at BIGINT NOT NULL -- microseconds since 1970
);

CREATE INDEX notes_by_age ON notes (made_at);
