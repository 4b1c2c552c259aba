-- Old history is asked for by a state that is a parameter: no index that names states helps.
DROP INDEX jobs_ended;
CREATE INDEX jobs_history ON jobs (state, ended_at) WHERE ended_at IS NOT NULL;
