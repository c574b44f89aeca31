-- When a run got its slot by the clock of the database, which is the same for all servers: how long it has been at it must not depend
-- on a server whose clock was set. Null for runs of before.
ALTER TABLE performance_test_runs ADD COLUMN slot_taken_at TIMESTAMPTZ;
