-- When a stored test runs by itself, and where its schedule stands. Whoever starts what is due moves schedule_next_at on in one
-- transaction with storing the run: however many servers look, and whenever one dies, a time starts one run.
ALTER TABLE performance_tests
  ADD COLUMN schedule JSONB,
  ADD COLUMN schedule_next_at TIMESTAMPTZ,
  ADD COLUMN schedule_last_at TIMESTAMPTZ,
  ADD COLUMN schedule_last_outcome TEXT;

CREATE INDEX idx_performance_tests_due ON performance_tests (schedule_next_at)
  WHERE schedule_next_at IS NOT NULL AND deleted_at IS NULL;
