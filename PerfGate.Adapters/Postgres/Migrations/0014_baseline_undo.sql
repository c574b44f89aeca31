-- Every change of a baseline can be undone: what it did to the accepted past is kept with it.
ALTER TABLE performance_baseline_history
  ADD COLUMN note TEXT,
  -- Whether the run was part of the accepted past before.
  ADD COLUMN was_accepted BOOLEAN NOT NULL DEFAULT FALSE,
  ADD COLUMN undoes BIGINT REFERENCES performance_baseline_history (id),
  ADD COLUMN undone_by BIGINT REFERENCES performance_baseline_history (id);
CREATE INDEX idx_performance_baseline_history_baseline ON performance_baseline_history (test_type, environment, id);

-- The change that put it aside.
ALTER TABLE performance_accepted_runs
  ADD COLUMN superseded_by BIGINT REFERENCES performance_baseline_history (id);
CREATE INDEX idx_performance_accepted_runs_superseded ON performance_accepted_runs (superseded_by)
  WHERE superseded_by IS NOT NULL;

-- Changes of before: both carry the same instant.
UPDATE performance_accepted_runs a SET superseded_by = h.id FROM performance_baseline_history h
WHERE h.test_type = a.test_type AND h.environment = a.environment AND h.changed_at = a.superseded_at;
UPDATE performance_baseline_history h SET was_accepted = TRUE FROM performance_accepted_runs a
WHERE a.run_id = h.run_id AND a.accepted_at < h.changed_at;
