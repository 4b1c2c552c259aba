DROP INDEX jobs_history;
CREATE INDEX jobs_ended ON jobs (state, ended_at) WHERE state IN ('done', 'dead', 'cancelled');
