-- A stored test: the same configuration asked for again is the same test.
CREATE TABLE performance_tests (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  test_type TEXT NOT NULL CHECK (test_type IN ('load', 'stress', 'spike', 'endurance')),
  environment TEXT NOT NULL CHECK (environment IN ('staging', 'production')),
  fingerprint TEXT NOT NULL,
  configuration JSONB NOT NULL,
  created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
  UNIQUE (test_type, environment, fingerprint)
);
