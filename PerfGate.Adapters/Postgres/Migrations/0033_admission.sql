-- What is decided before a run is taken in, over all servers: the emergency stop of an environment, and who has started how much.
CREATE TABLE performance_environments (
  environment text PRIMARY KEY CHECK (environment IN ('staging', 'production')),
  stopped_at timestamptz,
  stopped_by text,
  stop_reason text,
  CHECK (num_nulls(stopped_at, stopped_by, stop_reason) IN (0, 3))
);

-- Whoever takes a run in, or stops an environment, locks its row: so no run slips in beside a stop.
INSERT INTO performance_environments (environment) VALUES ('staging'), ('production');

-- Token buckets of starts. A row that is absent is a full bucket.
CREATE TABLE performance_start_buckets (
  key text PRIMARY KEY,
  tokens double precision NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX idx_performance_start_buckets_at ON performance_start_buckets (at);

-- Planned: most VUs at once times minutes. Runs of before count as none.
ALTER TABLE performance_test_runs ADD COLUMN vu_minutes double precision NOT NULL DEFAULT 0;
CREATE INDEX idx_performance_test_runs_vu_minutes
  ON performance_test_runs (environment, created_at) INCLUDE (vu_minutes) WHERE vu_minutes > 0;
