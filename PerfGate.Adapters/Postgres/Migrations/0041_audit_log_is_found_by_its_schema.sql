-- A trigger's function looks names up in the search path of whoever writes, and there temporary tables come first: one called audit_log
-- would have forged the place and the predecessor of each further row, or, with the last number there is, ended all appending for good.
CREATE OR REPLACE FUNCTION audit_log_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last_id BIGINT;
  last_hash BYTEA;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('perfgate-audit'));
  -- The table that is written, whatever else bears its name.
  EXECUTE format('SELECT id, hash FROM %I.%I ORDER BY id DESC LIMIT 1', TG_TABLE_SCHEMA, TG_TABLE_NAME)
    INTO last_id, last_hash;
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

-- And whatever else they look up is the catalog's or PerfGate's own: in whichever schema that is, and what is temporary last.
DO $$
DECLARE
  own NAME := (SELECT relnamespace::regnamespace::name FROM pg_class WHERE oid = 'audit_log'::regclass);
  trigger_function TEXT;
BEGIN
  FOREACH trigger_function IN ARRAY ARRAY['audit_log_chain', 'audit_log_refuse', 'audit_log_brief'] LOOP
    EXECUTE format('ALTER FUNCTION %I.%I() SET search_path = pg_catalog, %I, pg_temp', own, trigger_function, own);
  END LOOP;
END $$;
