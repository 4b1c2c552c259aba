CREATE TABLE notes (
  id TEXT PRIMARY KEY,
  text TEXT NOT NULL,
  made_at BIGINT NOT NULL, -- microseconds since 1970
  words BIGINT -- none until the job has counted them
);

CREATE INDEX notes_by_age ON notes (made_at);
