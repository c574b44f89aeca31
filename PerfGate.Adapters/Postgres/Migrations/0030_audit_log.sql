-- Who did what, when, from where, where, and what came of it. Each row carries the hash of the one before it, so that none can
-- be changed, taken out or moved without that being seen (docs/audit.md has the format). Rows are only ever added.
CREATE TABLE audit_log (
  -- The place in the chain: 1, 2, 3, ... without gaps.
  id BIGINT PRIMARY KEY,
  at TIMESTAMPTZ NOT NULL,
  principal TEXT NOT NULL,
  role TEXT,
  from_address TEXT,
  action TEXT NOT NULL,
  environment TEXT,
  subject TEXT,
  outcome TEXT NOT NULL,
  detail TEXT,
  previous_hash BYTEA NOT NULL,
  hash BYTEA NOT NULL
);

CREATE INDEX idx_audit_log_at ON audit_log (at, id);
CREATE INDEX idx_audit_log_principal ON audit_log (principal, id);
CREATE INDEX idx_audit_log_action ON audit_log (action, id);
CREATE INDEX idx_audit_log_subject ON audit_log (subject, id);

-- A field as it is hashed: its length in bytes, a colon, the text, a comma; "-," for none.
CREATE FUNCTION audit_log_field(value TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE
  RETURN coalesce(octet_length(convert_to(value, 'UTF8')) || ':' || value || ',', '-,');

-- Place, time and hashes are the database's: whatever a writer puts there is overwritten. The lock gives the chain one order
-- over all servers; it ends with the transaction, so that no row is chained to one that is never committed.
CREATE FUNCTION audit_log_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last_id BIGINT;
  last_hash BYTEA;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('perfgate-audit'));
  SELECT id, hash INTO last_id, last_hash FROM audit_log ORDER BY id DESC LIMIT 1;
  NEW.id := coalesce(last_id, 0) + 1;
  NEW.at := clock_timestamp();
  NEW.previous_hash := coalesce(last_hash, decode(repeat('00', 32), 'hex'));
  NEW.hash := sha256(convert_to(
    audit_log_field('perfgate-audit-1')
      || audit_log_field(NEW.id::text)
      || audit_log_field(to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
      || audit_log_field(NEW.principal)
      || audit_log_field(NEW.role)
      || audit_log_field(NEW.from_address)
      || audit_log_field(NEW.action)
      || audit_log_field(NEW.environment)
      || audit_log_field(NEW.subject)
      || audit_log_field(NEW.outcome)
      || audit_log_field(NEW.detail)
      || audit_log_field(encode(NEW.previous_hash, 'hex')),
    'UTF8'));
  RETURN NEW;
END $$;

CREATE TRIGGER audit_log_chain BEFORE INSERT ON audit_log
  FOR EACH ROW EXECUTE FUNCTION audit_log_chain();

CREATE FUNCTION audit_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit_log is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

-- Each statement, also one that would meet no row.
CREATE TRIGGER audit_log_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse();

-- Also where a session has set triggers aside (session_replication_role).
ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_chain;
ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_refuse;
