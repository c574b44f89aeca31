-- The history of runs is read newest first, a page at a time, by (created_at, id) below the last one seen. Each filter has an
-- index that gives its rows in that order, so that a page costs the same whether it is cut from a thousand runs or a million;
-- of several filters, the pairs that are asked for most have their own.
CREATE INDEX idx_performance_test_runs_newest ON performance_test_runs (created_at, id);
CREATE INDEX idx_performance_test_runs_newest_by_type ON performance_test_runs (test_type, created_at, id);
CREATE INDEX idx_performance_test_runs_newest_by_environment ON performance_test_runs (environment, created_at, id);
CREATE INDEX idx_performance_test_runs_newest_by_status ON performance_test_runs (status, created_at, id);
CREATE INDEX idx_performance_test_runs_newest_by_verdict ON performance_test_runs (verdict, created_at, id);
CREATE INDEX idx_performance_test_runs_newest_by_test ON performance_test_runs (test_id, created_at, id);
CREATE INDEX idx_performance_test_runs_newest_by_type_environment
  ON performance_test_runs (test_type, environment, created_at, id);
CREATE INDEX idx_performance_test_runs_newest_by_environment_verdict
  ON performance_test_runs (environment, verdict, created_at, id);
CREATE INDEX idx_performance_test_runs_newest_by_environment_status
  ON performance_test_runs (environment, status, created_at, id);

-- The one by test holds all of it.
DROP INDEX idx_performance_test_runs_test;

-- Rows that others write into the first migration's columns: their passed is a verdict, and each has a place in the history.
CREATE FUNCTION performance_run_of_others() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.created_at := coalesce(NEW.created_at, now());
  NEW.verdict := CASE NEW.passed WHEN TRUE THEN 'passed' WHEN FALSE THEN 'failed' ELSE NEW.verdict END;
  RETURN NEW;
END $$;

CREATE TRIGGER performance_run_of_others BEFORE INSERT OR UPDATE ON performance_test_runs
  FOR EACH ROW WHEN (NEW.request IS NULL)
  EXECUTE FUNCTION performance_run_of_others();

UPDATE performance_test_runs SET passed = passed WHERE request IS NULL;
