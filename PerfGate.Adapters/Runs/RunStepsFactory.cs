using Npgsql;
using PerfGate.Adapters.Files;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Admission;

namespace PerfGate.Adapters.Runs;

/// <summary>What the steps of all runs share.</summary>
public sealed record RunStepParts(
    RunStore Runs,
    RunQueue Queue,
    PerformanceMonitor Monitor,
    RunJudgement Judgement,
    IArtifactStore Store,
    RunArtifacts Artifacts,
    ProgressReader Progress,
    RunnerPulse Pulse,
    RunAges Ages,
    IRunnerLauncher Launcher,
    Limits Limits,
    PerfGateOptions Options,
    TimeProvider Time
);

/// <summary>Makes the steps of a run on one machine.</summary>
public sealed class RunStepsFactory(RunStepParts parts, DatabaseAccess database) : IAsyncDisposable
{
    // Not from a pool: closing must end the session, and with it the claim.
    private readonly NpgsqlDataSource _holds = database.CreateSource(settings => settings.Pooling = false);

    /// <summary>The steps; they stop waiting when the host does.</summary>
    public RunSteps Create(CancellationToken cancellation) => new(parts, cancellation);

    /// <summary>The same, for the worker that holds the run: they wait for a database or a blob service that is away.</summary>
    public PatientSteps Patient(RunSteps steps, RunHold hold, CancellationToken cancellation) =>
        new(steps, hold, parts.Options.ArtifactPatience, parts.Time, cancellation);

    /// <summary>
    /// Claims a run for this worker, over all servers, until the claim is disposed or its connection is gone; null where
    /// another holds it.
    /// </summary>
    public Task<RunHold?> TryHoldAsync(Guid runId, CancellationToken cancellation) =>
        RunHold.TryTakeAsync(_holds, RunQueue.HoldKey(runId), cancellation);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _holds.DisposeAsync();
}
