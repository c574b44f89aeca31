using System.Diagnostics;
using Npgsql;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Admission;
using PerfGate.Tests.Architecture;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Cli;

/// <summary><c>perfgate audit</c> over a database.</summary>
public sealed class AuditCommandTests(PostgresFixture postgres) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("perfgate-audit-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_chain_is_proven_exported_and_found_broken()
    {
        var connection = await postgres.CreateDatabaseAsync();
        await using var database = NpgsqlDataSource.Create(connection);
        for (var i = 0; i < 5; i++)
        {
            await new AuditLog(database).AppendAsync(
                new AuditEntry("ann", AuditActions.Execute, AuditOutcomes.Accepted),
                Cancellation
            );
        }
        var file = Path.Combine(_folder.FullName, "out", "audit.ndjson");

        var whole = await RunAsync("verify", "--connection", connection, "--json");
        (await RunAsync("export", "--connection", connection, "-o", file)).Was(0);
        var head = whole.Json.GetProperty("head").GetString()!;
        var ofFile = await RunAsync("verify", "--from-file", file, "--expect-head", head);
        var lines = await File.ReadAllLinesAsync(file, Cancellation);
        await File.WriteAllLinesAsync(file, lines[..4], Cancellation);
        var cut = await RunAsync("verify", "--from-file", file, "--expect-head", head);
        await ChangeAsync(database);
        var broken = await RunAsync("verify", "--connection", connection);

        whole.Was(0);
        Assert.Equal(5, whole.Json.GetProperty("rows").GetInt32());
        ofFile.Was(0);
        Assert.Contains($"The chain is whole: 5 rows, head {head}", ofFile.Output, StringComparison.Ordinal);
        cut.Was(1);
        Assert.Contains("Rows are gone from its end", cut.Output, StringComparison.Ordinal);
        broken.Was(1);
        Assert.Contains("broken at position 3 (altered)", broken.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_trail_of_a_folder_is_read_whether_or_not_it_is_served()
    {
        var data = Path.Combine(_folder.FullName, ".perfgate");
        (await PerfGateProcess.RunAsync(["migrate"], _folder.FullName)).Was(0);

        var alone = await RunAsync("verify");
        await using (await PrivatePostgres.StartAsync(Path.Combine(data, "postgres"), Cancellation))
        {
            var beside = await RunAsync("verify");
            beside.Was(0);
            Assert.Contains("0 rows", beside.Output, StringComparison.Ordinal);
        }

        alone.Was(0);
        Assert.Contains($"0 rows, head {AuditChain.Root}", alone.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_is_checked_by_the_documented_script_without_PerfGate()
    {
        Assert.SkipUnless(
            (Environment.GetEnvironmentVariable("PATH") ?? "")
                .Split(Path.PathSeparator)
                .Any(folder => File.Exists(Path.Combine(folder, "python3"))),
            "there is no python3 on PATH"
        );
        var connection = await postgres.CreateDatabaseAsync();
        await MigrationRunner.MigrateAsync(connection, Cancellation);
        await using var database = NpgsqlDataSource.Create(connection);
        foreach (var text in new[] { "ann", "zoë \"5:x,\" 🚦\n" })
        {
            var entry = new AuditEntry(new Caller(text, Role.Admin), AuditActions.Execute, AuditOutcomes.Refused)
            {
                Detail = text,
            };
            await new AuditLog(database).AppendAsync(entry, Cancellation);
        }
        var documented = await File.ReadAllTextAsync(
            Path.Combine(Repository.Root.FullName, "docs", "audit.md"),
            Cancellation
        );
        var script = documented.Split("```python\n")[1].Split("```")[0];
        (await RunAsync("export", "--connection", connection, "-o", "a.ndjson")).Was(0);
        var head = (await RunAsync("verify", "--from-file", "a.ndjson", "--json")).Json.GetProperty("head").GetString();

        var start = new ProcessStartInfo("python3", ["-c", script, "a.ndjson"])
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
        };
        using var python = Process.Start(start)!;
        var said = await python.StandardOutput.ReadToEndAsync(Cancellation);
        await python.WaitForExitAsync(Cancellation);

        Assert.Equal($"2 {head}", said.Trim());
    }

    [Fact]
    public async Task What_cannot_be_used_is_named()
    {
        var noHash = await RunAsync("verify", "--expect-head", "beef");
        var noFolder = await RunAsync("verify", "--data", "nowhere");
        var noFile = await RunAsync("verify", "--from-file", "nothing.ndjson");
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "odd.ndjson"), "{}\n", Cancellation);
        var noRow = await RunAsync("verify", "--from-file", "odd.ndjson");

        foreach (
            var (result, said) in new[]
            {
                (noHash, "64 hexadecimal digits"),
                (noFolder, "nowhere"),
                (noFile, "nothing.ndjson"),
                (noRow, "Line 1 of odd.ndjson"),
            }
        )
        {
            result.Was(64);
            Assert.Contains(said, result.Errors.ReplaceLineEndings(" "), StringComparison.Ordinal);
        }
        Assert.False(Directory.Exists(Path.Combine(_folder.FullName, "nowhere")));
    }

    private Task<CliResult> RunAsync(params string[] arguments) =>
        PerfGateProcess.RunAsync(["audit", .. arguments], _folder.FullName);

    private static async Task ChangeAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(
            """
            ALTER TABLE audit_log DISABLE TRIGGER ALL;
            UPDATE audit_log SET principal = 'bob' WHERE id = 3;
            ALTER TABLE audit_log ENABLE TRIGGER ALL;
            """
        );
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
