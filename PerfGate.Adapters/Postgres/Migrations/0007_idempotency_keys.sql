-- Which run an Idempotency-Key stands for, stored in one transaction with the run. A key is its sender's own; it is kept for a
-- day, and may be used for something else afterwards.
CREATE TABLE performance_idempotency_keys (
  subject TEXT NOT NULL,
  key TEXT NOT NULL,
  body_hash BYTEA NOT NULL,
  -- Checked at the end of the transaction: the key comes first, so that of two at once the second waits before it stores.
  run_id UUID NOT NULL REFERENCES performance_test_runs (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  created_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (subject, key)
);
CREATE INDEX idx_performance_idempotency_keys_created ON performance_idempotency_keys (created_at);
CREATE INDEX idx_performance_idempotency_keys_run ON performance_idempotency_keys (run_id);
