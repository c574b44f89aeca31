-- Two kinds of tests live together. One made by an execute is found again by its fingerprint, and its configuration follows
-- what was asked for last. One that somebody defined, or changed, has no fingerprint: no execute ever finds it, so that none
-- changes it. A deleted test keeps its row for the runs of it, and loses its fingerprint too: the same load asked for again is
-- a new test.
ALTER TABLE performance_tests
  ALTER COLUMN fingerprint DROP NOT NULL,
  ADD COLUMN name TEXT,
  ADD COLUMN version BIGINT NOT NULL DEFAULT 1,
  ADD COLUMN created_by TEXT,
  ADD COLUMN updated_at TIMESTAMPTZ,
  ADD COLUMN updated_by TEXT,
  ADD COLUMN deleted_at TIMESTAMPTZ;

-- Pages of tests, the newest first, and the same by each filter.
CREATE INDEX idx_performance_tests_newest ON performance_tests (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX idx_performance_tests_newest_by_type ON performance_tests (test_type, created_at, id)
  WHERE deleted_at IS NULL;
CREATE INDEX idx_performance_tests_newest_by_environment ON performance_tests (environment, created_at, id)
  WHERE deleted_at IS NULL;
CREATE INDEX idx_performance_tests_newest_by_type_environment
  ON performance_tests (test_type, environment, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX idx_performance_tests_newest_by_name ON performance_tests (name, created_at, id)
  WHERE deleted_at IS NULL;

-- Whether a run of a test is in progress.
CREATE INDEX idx_performance_test_runs_active ON performance_test_runs (test_id)
  WHERE status IN ('queued', 'running');
