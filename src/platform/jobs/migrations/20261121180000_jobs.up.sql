CREATE TABLE jobs (
  id TEXT PRIMARY KEY,              -- 24 hexadecimal digits, in the order of making
  queue TEXT NOT NULL,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,
  is_secret INTEGER NOT NULL,       -- the payload is shown to nobody and emptied at the end
  unique_key TEXT,
  state TEXT NOT NULL,              -- scheduled, queued, running, done, dead, cancelled
  priority BIGINT NOT NULL,         -- higher first
  failures BIGINT NOT NULL,         -- runs that gave an error
  failures_max BIGINT NOT NULL,     -- so many make it dead
  losses BIGINT NOT NULL,           -- runs whose worker vanished
  made_at BIGINT NOT NULL,
  run_at BIGINT NOT NULL,           -- not before
  started_at BIGINT,                -- of the newest run
  ended_at BIGINT,
  lease_until BIGINT,
  worker TEXT,                      -- who runs it
  last_error TEXT
);
CREATE UNIQUE INDEX jobs_unique ON jobs (kind, unique_key)
  WHERE unique_key IS NOT NULL AND state IN ('scheduled', 'queued', 'running');
CREATE INDEX jobs_queued ON jobs (priority DESC, run_at, id) WHERE state = 'queued';
CREATE INDEX jobs_scheduled ON jobs (run_at) WHERE state = 'scheduled';
CREATE INDEX jobs_running ON jobs (lease_until) WHERE state = 'running';
CREATE INDEX jobs_ended ON jobs (state, ended_at) WHERE state IN ('done', 'dead', 'cancelled');
CREATE TABLE job_schedules (
  name TEXT PRIMARY KEY,
  last_tick BIGINT NOT NULL         -- the newest tick that has been enqueued or passed over
);
