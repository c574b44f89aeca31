-- Whoever has appended a row holds up everybody else until its transaction ends. A server that is lost in between, with nobody to
-- close its connection, must not do so for long: a transaction that then stands idle is ended.
CREATE FUNCTION audit_log_brief() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Until the end of the transaction.
  PERFORM set_config('idle_in_transaction_session_timeout', '15s', TRUE);
  RETURN NULL;
END $$;

CREATE TRIGGER audit_log_brief BEFORE INSERT ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION audit_log_brief();
