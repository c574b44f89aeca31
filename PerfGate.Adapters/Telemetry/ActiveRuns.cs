using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Telemetry;

/// <summary>
/// Counts the runs of the database that wait and that run, for the gauge <c>perfgate.runs.active</c>. All servers on a database
/// tell the same: the largest is the number, not the sum.
/// </summary>
public sealed partial class ActiveRuns : BackgroundService
{
    /// <summary>Name of the gauge.</summary>
    public const string Gauge = "perfgate.runs.active";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private readonly Meter _meter = new(RunTelemetry.Name, RunTelemetry.Version);
    private readonly NpgsqlDataSource _database;
    private readonly TimeProvider _time;
    private readonly ILogger<ActiveRuns> _log;
    private volatile Measurement<long>[] _counted = [];

    /// <summary>Makes the gauge.</summary>
    public ActiveRuns(NpgsqlDataSource database, TimeProvider time, ILogger<ActiveRuns> log)
    {
        (_database, _time, _log) = (database, time, log);
        _meter.CreateObservableGauge(Gauge, () => _counted, "{run}", "Runs that wait and that run, over all servers.");
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        do
        {
            try
            {
                _counted = await CountAsync(stoppingToken);
            }
            catch (Exception unwell) when (unwell is not OperationCanceledException)
            {
                // What was counted last is no longer known to be true.
                _counted = [];
                LogUncounted(unwell);
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<Measurement<long>[]> CountAsync(CancellationToken cancellation)
    {
        var counts = new Dictionary<(string Environment, string Status), long>();
        foreach (var environment in Enum.GetValues<TargetEnvironment>())
        {
            // Nothing is a number too.
            counts[(EnumText.Lower(environment), "queued")] = counts[(EnumText.Lower(environment), "running")] = 0;
        }
        await using var command = _database.CreateCommand(
            """
            SELECT environment, status, count(*) FROM performance_test_runs
            WHERE status IN ('queued', 'running') AND request IS NOT NULL GROUP BY environment, status
            """
        );
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            counts[(rows.GetString(0), rows.GetString(1))] = rows.GetInt64(2);
        }
        return
        [
            .. counts.Select(one => new Measurement<long>(
                one.Value,
                new(TelemetryTags.Environment, one.Key.Environment),
                new(TelemetryTags.Status, one.Key.Status)
            )),
        ];
    }

    [LoggerMessage(LogLevel.Information, "Active runs could not be counted")]
    private partial void LogUncounted(Exception unwell);
}
