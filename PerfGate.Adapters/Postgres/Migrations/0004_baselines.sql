ALTER TABLE performance_baselines
  ADD COLUMN fingerprint TEXT,
  ADD COLUMN source_run_id UUID REFERENCES performance_test_runs (id),
  ADD COLUMN established_by TEXT;

-- The accepted past: what the usual spread is known from. A run is accepted once.
CREATE TABLE performance_accepted_runs (
  run_id UUID PRIMARY KEY REFERENCES performance_test_runs (id),
  test_type TEXT NOT NULL,
  environment TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  accepted_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);
CREATE INDEX idx_performance_accepted_runs_past
  ON performance_accepted_runs (test_type, environment, fingerprint, accepted_at DESC);

-- Every change of a baseline, with what it was before.
CREATE TABLE performance_baseline_history (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  test_type TEXT NOT NULL,
  environment TEXT NOT NULL,
  previous_run_id UUID,
  run_id UUID NOT NULL REFERENCES performance_test_runs (id),
  changed_by TEXT,
  reason TEXT NOT NULL,
  changed_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);
