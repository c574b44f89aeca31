-- The life of a run. The DECIMAL columns of the first migration hold rounded, clamped copies for people and dashboards;
-- the truth of a measurement is in the double precision columns, which no value can overflow.
ALTER TABLE performance_test_runs
  ADD COLUMN test_id UUID REFERENCES performance_tests (id),
  ADD COLUMN fingerprint TEXT,
  ADD COLUMN status TEXT NOT NULL DEFAULT 'queued'
    CHECK (status IN ('queued', 'running', 'completed', 'failed', 'cancelled')),
  ADD COLUMN verdict TEXT CHECK (verdict IN ('passed', 'failed', 'inconclusive', 'error')),
  ADD COLUMN reasons JSONB NOT NULL DEFAULT '[]',
  ADD COLUMN request JSONB,
  ADD COLUMN plan JSONB,
  ADD COLUMN engine TEXT,
  ADD COLUMN requested_by TEXT,
  ADD COLUMN queue_ticket BIGINT GENERATED ALWAYS AS IDENTITY,
  ADD COLUMN estimated_completion TIMESTAMPTZ,
  ADD COLUMN started_at TIMESTAMPTZ,
  ADD COLUMN runner_started_at TIMESTAMPTZ,
  ADD COLUMN cancel_requested_at TIMESTAMPTZ,
  ADD COLUMN ended_at TIMESTAMPTZ,
  ADD COLUMN requests BIGINT,
  ADD COLUMN measured_avg_ms DOUBLE PRECISION,
  ADD COLUMN measured_p95_ms DOUBLE PRECISION,
  ADD COLUMN measured_error_rate DOUBLE PRECISION,
  ADD COLUMN measured_throughput_rps DOUBLE PRECISION;

CREATE INDEX idx_performance_test_runs_line ON performance_test_runs (environment, queue_ticket)
  WHERE status IN ('queued', 'running');
CREATE INDEX idx_performance_test_runs_test ON performance_test_runs (test_id, created_at DESC);
