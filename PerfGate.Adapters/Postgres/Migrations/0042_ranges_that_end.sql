-- A range that is given by comparing whole rows ends, for a B-tree, only where its first column ends (seen with PostgreSQL 15): a
-- pair with few hits, a set of filters with few, and a filter with a time to begin at walked through the entries that came after
-- theirs, thousands of blocks of a million runs. A range is therefore given by equality of the leading columns and a time.
--
-- For the planner the order then is that of time alone, which others of these indexes give too, and it would choose among them by
-- how it believes filters to be spread over time. So each counts the time from a day of its own: the order by that is given by one
-- index, and by no other.
DROP INDEX idx_performance_test_runs_newest_by_type;
DROP INDEX idx_performance_test_runs_newest_by_environment;
DROP INDEX idx_performance_test_runs_newest_by_status;
DROP INDEX idx_performance_test_runs_newest_by_verdict;
DROP INDEX idx_performance_test_runs_newest_by_type_environment;
DROP INDEX idx_performance_test_runs_newest_by_environment_verdict;
DROP INDEX idx_performance_test_runs_newest_by_environment_status;
DROP INDEX idx_performance_test_runs_newest_by_all;
DROP INDEX idx_performance_test_runs_newest_by_test_and_end;

CREATE INDEX idx_performance_test_runs_newest_by_type ON performance_test_runs
  (test_type, (created_at - timestamptz '2000-01-01 00:00:00+00'), id);
CREATE INDEX idx_performance_test_runs_newest_by_environment ON performance_test_runs
  (environment, (created_at - timestamptz '2000-01-02 00:00:00+00'), id);
CREATE INDEX idx_performance_test_runs_newest_by_status ON performance_test_runs
  (status, (created_at - timestamptz '2000-01-03 00:00:00+00'), id);
CREATE INDEX idx_performance_test_runs_newest_by_verdict ON performance_test_runs
  (verdict, (created_at - timestamptz '2000-01-04 00:00:00+00'), id);
CREATE INDEX idx_performance_test_runs_newest_by_type_environment ON performance_test_runs
  (test_type, environment, (created_at - timestamptz '2000-01-05 00:00:00+00'), id);
CREATE INDEX idx_performance_test_runs_newest_by_environment_verdict ON performance_test_runs
  (environment, verdict, (created_at - timestamptz '2000-01-06 00:00:00+00'), id);
CREATE INDEX idx_performance_test_runs_newest_by_environment_status ON performance_test_runs
  (environment, status, (created_at - timestamptz '2000-01-07 00:00:00+00'), id);
CREATE INDEX idx_performance_test_runs_newest_by_all ON performance_test_runs
  ((coalesce(test_type, '')), (coalesce(environment, '')), status, (coalesce(verdict, '')),
   (created_at - timestamptz '2000-01-08 00:00:00+00'), id);
CREATE INDEX idx_performance_test_runs_newest_by_test_and_end ON performance_test_runs
  (test_id, status, (coalesce(verdict, '')), (created_at - timestamptz '2000-01-09 00:00:00+00'), id);
