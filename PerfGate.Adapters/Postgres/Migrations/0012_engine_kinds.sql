-- Which kind of engine made a load: runs are compared only within a kind. The same rule as EngineKinds in PerfGate.Core.
CREATE FUNCTION performance_engine_kind(engine TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE
  RETURN CASE WHEN engine ILIKE '%embedded%' THEN 'embedded' ELSE 'k6' END;
