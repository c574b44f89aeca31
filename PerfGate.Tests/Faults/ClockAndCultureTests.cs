using System.Text.Json;
using Npgsql;
using PerfGate.Core.Metrics;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;
using PerfGate.Tests.Runner;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Faults;

/// <summary>Host, runner, engine and database in other zones, and where a comma is the decimal point: times stay UTC.</summary>
public sealed class ClockAndCultureTests(PostgresFixture postgres) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("perfgate-zone-").FullName;

    [Theory]
    // 14 hours ahead, where it is tomorrow already; and half an hour off every other zone.
    [InlineData("Pacific/Kiritimati", "America/St_Johns", "embedded")]
    [InlineData("America/St_Johns", "Pacific/Kiritimati", "k6")]
    public async Task Times_stay_UTC_and_numbers_keep_their_point(string zone, string databaseZone, string engine)
    {
        RunnerUnderTest.SkipWithout(engine);
        var never = TestContext.Current.CancellationToken;
        await using var target = await LoadTarget.StartAsync();
        var database = await postgres.CreateDatabaseAsync();
        await SetZoneAsync(database, databaseZone);
        var before = TimeProvider.System.GetUtcNow().AddSeconds(-1);
        await using var host = await HostProcess.StartAsync(
            _folder,
            database,
            engine,
            ("TZ", zone),
            ("LC_ALL", "de_DE.UTF-8"),
            ("LANG", "de_DE.UTF-8")
        );

        var accepted = await host.Gate.ExecuteAsync(Loads.Request(target.Url), never);
        var run = await Loads.EndAsync(host.Gate, accepted.TestId);
        var report = await host.Gate.GetReportAsync(run.TestId, never);

        var after = TimeProvider.System.GetUtcNow().AddSeconds(1);
        Loads.AssertWell(run);
        DateTimeOffset[] times = [run.CreatedAt, run.StartedAt!.Value, run.EndedAt!.Value];
        Assert.All(times, time => Assert.Equal(TimeSpan.Zero, time.Offset));
        Assert.All(times, time => Assert.InRange(time, before, after));
        Assert.InRange(accepted.EstimatedCompletion, before, after.AddMinutes(1));
        var folder = Path.Combine(host.Artifacts, run.TestId.ToString());
        var metrics = Read<RunMetrics>(folder, ArtifactNames.Metrics);
        Assert.All(
            metrics.Series,
            point => Assert.InRange(DateTimeOffset.FromUnixTimeSeconds(point.Second), before, after)
        );
        var end = Read<RunnerEnd>(folder, ArtifactNames.End(0));
        Assert.Equal(TimeSpan.Zero, end.EndedAt.Offset);
        Assert.InRange(end.EndedAt, before, after);
        // "12.5 ms", never "12,5 ms".
        Assert.Matches(@"\d\.\d+ ms", report);
        Assert.DoesNotMatch(@"\d,\d{1,2} ms", report);
        Assert.Equal(target.Requests, run.Results!.Metrics!.Overall.Requests);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static T Read<T>(string folder, string name) =>
        JsonSerializer.Deserialize<T>(File.ReadAllBytes(Path.Combine(folder, name)), RunJson.Options)!;

    private static async Task SetZoneAsync(string database, string zone)
    {
        var name = new NpgsqlConnectionStringBuilder(database).Database;
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(
            $"ALTER DATABASE {name} SET timezone = '{zone}'; ALTER DATABASE {name} SET datestyle = 'SQL, DMY'"
        );
        await command.ExecuteNonQueryAsync();
    }
}
