using Microsoft.Extensions.Time.Testing;
using Npgsql;
using PerfGate.Adapters;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Admission;
using PerfGate.Core.Baselines;
using PerfGate.Core.Metrics;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Tests.Runs;
using PerfGate.Tests.Scripts;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Postgres;

/// <summary>An empty database of PerfGate's with its stores, and short ways to put runs into it.</summary>
internal sealed class StoredRuns : IAsyncDisposable
{
    private static readonly CancellationToken Never = CancellationToken.None;

    private StoredRuns(NpgsqlDataSource database)
    {
        Database = database;
        Store = new RunStore(database, Time);
        Queue = new RunQueue(database, Time);
        Monitor = new PerformanceMonitor(database, Time);
        Baselines = new PerformanceBaselineManager(database, Time);
        Changes = new BaselineHistory(database, Time);
        Tests = new TestStore(database, Options, Time);
        Due = new DueTests(database, Options, new RunAdmission(AdmissionRules.Default), Limits.Default, Time);
    }

    public NpgsqlDataSource Database { get; }

    public FakeTimeProvider Time { get; } = new(SampleGrounds.Start);

    public RunStore Store { get; }

    public RunQueue Queue { get; }

    public PerformanceMonitor Monitor { get; }

    public PerformanceBaselineManager Baselines { get; }

    public BaselineHistory Changes { get; }

    public TestStore Tests { get; }

    public DueTests Due { get; }

    private static PerfGateOptions Options { get; } = new() { PostgresConnectionString = "", ArtifactFolder = "" };

    public static async Task<StoredRuns> CreateAsync(PostgresFixture postgres) =>
        On(await postgres.CreateMigratedAsync());

    /// <summary>The stores on a migrated database, which is disposed of with them.</summary>
    public static StoredRuns On(NpgsqlDataSource database) => new(database);

    public static RunRequest Request(TargetEnvironment environment = TargetEnvironment.Staging, int vus = 5) =>
        new(TestType.Load, new TestConfiguration { BaseUrl = SampleRequests.Target, Vus = vus }, environment);

    public async Task<Guid> QueueAsync(RunRequest? request = null)
    {
        request ??= Request();
        var id = Guid.NewGuid();
        await Store.InsertAsync(
            new NewRun(id, request, Time.GetUtcNow().AddMinutes(1), "somebody", LoadFingerprint.Of(request)),
            Never
        );
        // Each is a second younger than the one before.
        Time.Advance(TimeSpan.FromSeconds(1));
        return id;
    }

    public async Task<Guid> StartAsync(RunRequest? request = null)
    {
        var id = await QueueAsync(request);
        Assert.Equal(Core.SlotAnswer.Granted, await Queue.TakeSlotAsync(id, 1000, Never));
        return id;
    }

    /// <summary>A run that has ended with this verdict, and what it measured.</summary>
    public async Task<Guid> EndAsync(
        RunMetrics? metrics = null,
        Verdict verdict = Verdict.Passed,
        RunRequest? request = null
    )
    {
        var id = await StartAsync(request);
        await Monitor.RecordTestResultsAsync(Result(id, metrics ?? SampleGrounds.Metrics(), verdict, request), Never);
        return id;
    }

    public RunResult Result(
        Guid id,
        RunMetrics? metrics,
        Verdict verdict = Verdict.Passed,
        RunRequest? request = null
    ) =>
        new()
        {
            RunId = id,
            Request = request ?? Request(),
            Status = verdict == Verdict.Error ? RunStatus.Failed : RunStatus.Completed,
            Verdict = new RunVerdict(verdict, [new Reason("sample", "A sample.")]),
            CreatedAt = SampleGrounds.Start,
            EndedAt = Time.GetUtcNow(),
            Engine = "k6 v2.2.0",
            Metrics = metrics,
        };

    /// <summary>One row as text; null stands for SQL's NULL.</summary>
    public async Task<string?[]> RowAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await using var row = await command.ExecuteReaderAsync();
        Assert.True(await row.ReadAsync());
        return
        [
            .. Enumerable
                .Range(0, row.FieldCount)
                .Select(i =>
                    row.IsDBNull(i)
                        ? null
                        : Convert.ToString(row.GetValue(i), System.Globalization.CultureInfo.InvariantCulture)
                ),
        ];
    }

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
