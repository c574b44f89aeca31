-- A wish to cancel is a move too: those who watch a run see that it will stop.
DROP TRIGGER performance_run_moved ON performance_test_runs;

CREATE TRIGGER performance_run_moved AFTER UPDATE OF status, cancel_requested_at ON performance_test_runs
  FOR EACH ROW WHEN (
    OLD.status IS DISTINCT FROM NEW.status OR OLD.cancel_requested_at IS DISTINCT FROM NEW.cancel_requested_at)
  EXECUTE FUNCTION performance_run_moved();
