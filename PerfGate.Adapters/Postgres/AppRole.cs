using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace PerfGate.Adapters.Postgres;

/// <summary>
/// The role that the app serves with: it owns nothing, changes no schema, and may do to each table what the app does to it and
/// no more. Whoever owns the schema migrates, and grants.
/// </summary>
public static class AppRole
{
    /// <summary>The role of a private PostgreSQL.</summary>
    public const string Name = "perfgate_app";

    /// <summary>What it may do to each of PerfGate's tables.</summary>
    public static IReadOnlyDictionary<string, string> Tables { get; } =
        new Dictionary<string, string>
        {
            ["audit_log"] = "SELECT, INSERT",
            ["performance_accepted_runs"] = "SELECT, INSERT, UPDATE",
            ["performance_baseline_history"] = "SELECT, INSERT, UPDATE",
            ["performance_baselines"] = "SELECT, INSERT, UPDATE",
            ["performance_database"] = "SELECT",
            ["performance_environments"] = "SELECT, INSERT, UPDATE",
            ["performance_idempotency_keys"] = "SELECT, INSERT, UPDATE, DELETE",
            ["performance_start_buckets"] = "SELECT, INSERT, UPDATE, DELETE",
            ["performance_test_runs"] = "SELECT, INSERT, UPDATE, DELETE",
            ["performance_tests"] = "SELECT, INSERT, UPDATE",
            ["schemaversions"] = "SELECT",
        };

    // Where the job queue of a one-machine server keeps itself; its own library decides what it does there.
    private const string JobSchema = "hangfire";

    /// <summary>Gives a role these rights, and takes away what else it had to these tables. To be done after each migration.</summary>
    /// <param name="owner">The database, as whoever owns the schema.</param>
    /// <param name="role">A role that is there.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="PostgresException">There is no such role, or the owner is not the owner.</exception>
    public static async Task GrantAsync(DatabaseAccess owner, string role, CancellationToken cancellation)
    {
        await using var source = owner.CreateSource();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var find = new NpgsqlCommand(
            """
            SELECT current_database(), to_regnamespace($1) IS NOT NULL
            FROM (SELECT pg_advisory_xact_lock(hashtext('perfgate-grants'))) alone
            """,
            connection
        );
        find.Parameters.AddWithValue(JobSchema);
        string database;
        bool hasJobs;
        await using (var row = await find.ExecuteReaderAsync(cancellation))
        {
            await row.ReadAsync(cancellation);
            (database, hasJobs) = (row.GetString(0), row.GetBoolean(1));
        }
        await using var grant = new NpgsqlCommand(Statements(Quoted(database), Quoted(role), hasJobs), connection);
        await grant.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>
    /// Makes <see cref="Name"/> on a PostgreSQL that is this server's alone, with a new password each time, and gives it these
    /// rights; the connection string that it is used by.
    /// </summary>
    /// <param name="owner">Connection string of the superuser.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<string> CreateAsync(string owner, CancellationToken cancellation)
    {
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        var access = new DatabaseAccess(owner);
        await using (var source = access.CreateSource())
        {
            await using var create = source.CreateCommand(
                $"""
                DO $$ BEGIN
                  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{Name}') THEN
                    CREATE ROLE {Name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
                  END IF;
                END $$;
                ALTER ROLE {Name} PASSWORD '{password}';
                """
            );
            await create.ExecuteNonQueryAsync(cancellation);
        }
        await GrantAsync(access, Name, cancellation);
        return new NpgsqlConnectionStringBuilder(owner) { Username = Name, Password = password }.ConnectionString;
    }

    /// <summary>
    /// Whether whoever connects can do as the owner of the tables does: be it, be a member of it, or a superuser. Then nothing that is
    /// refused to the app's role is refused to it.
    /// </summary>
    /// <param name="database">Migrated.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<bool> IsOwnerAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var ask = database.CreateCommand(
            "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = 'audit_log'::regclass"
        );
        return await ask.ExecuteScalarAsync(cancellation) is true;
    }

    private static string Statements(string database, string role, bool hasJobs)
    {
        var sql = new StringBuilder();
        Add($"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}");
        // A temporary table is found before another of its name; everybody may make some unless told otherwise.
        Add($"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC, {role}");
        Add($"GRANT CONNECT ON DATABASE {database} TO {role}");
        Add($"GRANT USAGE ON SCHEMA public TO {role}");
        foreach (var (table, rights) in Tables)
        {
            Add($"GRANT {rights} ON public.{table} TO {role}");
        }
        if (hasJobs)
        {
            Add($"GRANT USAGE ON SCHEMA {JobSchema} TO {role}");
            Add($"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {JobSchema} TO {role}");
            Add($"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {JobSchema} TO {role}");
        }
        return sql.ToString();

        void Add(FormattableString statement) =>
            sql.Append(CultureInfo.InvariantCulture, $"{statement.ToString(CultureInfo.InvariantCulture)};\n");
    }

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
