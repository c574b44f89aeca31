-- Tells this database from any other, whatever way leads to it and whoever serves it: artifacts say which one their row is for.
CREATE TABLE performance_database (
  id UUID NOT NULL DEFAULT gen_random_uuid(),
  -- There is one row.
  single BOOLEAN NOT NULL PRIMARY KEY DEFAULT true CHECK (single)
);
INSERT INTO performance_database DEFAULT VALUES;
