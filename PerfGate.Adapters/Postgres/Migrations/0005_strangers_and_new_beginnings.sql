-- A row that someone else writes into the first migration's columns is a finished measurement, not a run that waits: it
-- must not stand in the line for ever. PerfGate itself says 'queued'.
ALTER TABLE performance_test_runs ALTER COLUMN status SET DEFAULT 'completed';
UPDATE performance_test_runs SET status = 'completed' WHERE status = 'queued' AND request IS NULL;

-- Set where a person's word began the past anew: the run was accepted once, and is no measure any more.
ALTER TABLE performance_accepted_runs ADD COLUMN superseded_at TIMESTAMPTZ;
