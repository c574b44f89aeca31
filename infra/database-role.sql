-- The app as a role of the database: it reads and writes rows, and changes no table. Run by the Entra administrator, beginning in
-- the database postgres, which has the function; with psql's variables app (name of the app's identity) and database.
-- Safe to run again.
SELECT pgaadauth_create_principal(:'app', false, false)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'app');

GRANT CONNECT ON DATABASE :"database" TO :"app";

\connect :"database"
GRANT USAGE ON SCHEMA public TO :"app";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"app";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO :"app";
-- What the next migration makes, which this same administrator brings.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"app";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO :"app";
