CREATE TABLE IF NOT EXISTS performance_test_runs (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  test_type TEXT CHECK (test_type IN ('load', 'stress', 'spike', 'endurance')),
  environment TEXT CHECK (environment IN ('staging', 'production')),
  concurrent_users INT, duration_seconds INT,
  avg_response_time_ms DECIMAL(8,2), p95_response_time_ms DECIMAL(8,2),
  error_rate DECIMAL(5,4), throughput_rps DECIMAL(8,2),
  passed BOOLEAN, created_at TIMESTAMPTZ DEFAULT NOW());
CREATE TABLE IF NOT EXISTS performance_baselines (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  test_type TEXT NOT NULL, environment TEXT NOT NULL,
  baseline_avg_response_time_ms DECIMAL(8,2), baseline_p95_response_time_ms DECIMAL(8,2),
  baseline_error_rate DECIMAL(5,4), baseline_throughput_rps DECIMAL(8,2),
  established_at TIMESTAMPTZ DEFAULT NOW(), UNIQUE(test_type, environment));
CREATE INDEX idx_performance_test_runs_created ON performance_test_runs(created_at);
CREATE INDEX idx_performance_test_runs_type ON performance_test_runs(test_type);
