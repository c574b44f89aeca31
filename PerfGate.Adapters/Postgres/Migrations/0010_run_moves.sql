-- Says over the channel perfgate_runs, as '<run id> <status>', that a run has moved. Whoever waits for a run is woken by it
-- in every process that serves, whichever of them moved it.
CREATE FUNCTION performance_run_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('perfgate_runs', NEW.id::text || ' ' || NEW.status);
  RETURN NULL;
END $$;

CREATE TRIGGER performance_run_moved AFTER UPDATE OF status ON performance_test_runs
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
  EXECUTE FUNCTION performance_run_moved();
