-- Where a run began, as the W3C's traceparent: what is told of its steps, on whichever server, belongs to the trace of the
-- request that asked for it. Null where nobody listened then.
ALTER TABLE performance_test_runs ADD COLUMN traceparent TEXT;
