-- Filters of the history together: of two that have no index of their own, 0011 walked through the runs of the one and left out
-- those of the other, all of them where the other lets few or none through. Every set of filters is a few ranges of one of these
-- two: the columns that are not asked for have few values, and a range is read for each. An index for each of the sixteen sets
-- would cost every change of a run eight more writes; these cost two. A column without a value is the empty text here, since a
-- row of another program may say nothing, and comparing rows knows no NULL.
CREATE INDEX idx_performance_test_runs_newest_by_all ON performance_test_runs
  ((coalesce(test_type, '')), (coalesce(environment, '')), status, (coalesce(verdict, '')), created_at, id);
CREATE INDEX idx_performance_test_runs_newest_by_test_and_end ON performance_test_runs
  (test_id, status, (coalesce(verdict, '')), created_at, id);
