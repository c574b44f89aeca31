-- Artifacts are kept for a shorter time than the run: set when they were deleted.
ALTER TABLE performance_test_runs ADD COLUMN artifacts_purged_at TIMESTAMPTZ;

-- What retention looks for, the oldest first: ended runs whose artifacts are there, and those whose are not.
CREATE INDEX idx_performance_test_runs_artifacts ON performance_test_runs (ended_at)
  WHERE artifacts_purged_at IS NULL AND ended_at IS NOT NULL;
CREATE INDEX idx_performance_test_runs_purged ON performance_test_runs (ended_at)
  WHERE artifacts_purged_at IS NOT NULL;

-- What keeps a run is asked for each run that is to be deleted.
CREATE INDEX idx_performance_baselines_source ON performance_baselines (source_run_id);
CREATE INDEX idx_performance_baseline_history_run ON performance_baseline_history (run_id);
CREATE INDEX idx_performance_baseline_history_previous ON performance_baseline_history (previous_run_id);
