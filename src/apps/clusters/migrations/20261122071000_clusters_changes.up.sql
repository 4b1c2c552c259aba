-- Changes of the repository that the platform API carries out (docs/clusters_changes.md). Times are
-- microseconds since 1970.
CREATE TABLE clusters_changes (
  id TEXT PRIMARY KEY,              -- 16 hexadecimal digits
  position BIGINT NOT NULL UNIQUE,  -- in the order of proposing
  kind TEXT NOT NULL,               -- nodegroup, secret, reseal
  verb TEXT NOT NULL,               -- create, update, delete
  name TEXT NOT NULL,
  name_space TEXT NOT NULL,
  state TEXT NOT NULL,
  is_open INTEGER NOT NULL,         -- something may still be done for it
  requested_by TEXT NOT NULL,
  idempotency_key TEXT,             -- NULL: none
  content_hash TEXT NOT NULL,       -- of what it does to the repository
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  change_text TEXT NOT NULL,        -- JSON: title, body, what was found out
  files TEXT NOT NULL,              -- JSON: paths and contents; secrets are sealed
  progress TEXT NOT NULL            -- JSON: branch, commits, pull request, every state it was in
);
CREATE UNIQUE INDEX clusters_changes_keys ON clusters_changes (requested_by, idempotency_key);
CREATE INDEX clusters_changes_open ON clusters_changes (is_open, position);
CREATE INDEX clusters_changes_names ON clusters_changes (kind, name, position);
-- Who did what: each record's hash covers the one before.
CREATE TABLE clusters_audit (
  sequence BIGINT PRIMARY KEY,      -- from 1, without gaps
  at BIGINT NOT NULL,
  entry TEXT NOT NULL,              -- JSON
  previous TEXT NOT NULL,           -- the hash of the one before
  hash TEXT NOT NULL
);
-- Pull requests of the embedded forge; their commits lie in its repository.
CREATE TABLE clusters_pull_requests (
  number BIGINT PRIMARY KEY,        -- from 1
  head TEXT NOT NULL,               -- branch
  base TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL,              -- open, merged, closed
  head_commit TEXT NOT NULL,        -- when it was merged or closed
  base_commit TEXT NOT NULL,        -- what it was merged with
  merge_commit TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX clusters_pull_requests_heads ON clusters_pull_requests (head, state);
