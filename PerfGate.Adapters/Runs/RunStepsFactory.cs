using Npgsql;
using PerfGate.Adapters.Files;
using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Processes;
using PerfGate.Core.Admission;

namespace PerfGate.Adapters.Runs;

/// <summary>What the steps of all runs share.</summary>
public sealed record RunStepParts(
    RunStore Runs,
    RunQueue Queue,
    PerformanceMonitor Monitor,
    PerformanceBaselineManager Baselines,
    RunJudgement Judgement,
    IArtifactStore Store,
    RunArtifacts Artifacts,
    ProgressReader Progress,
    RunnerLauncher Launcher,
    Limits Limits,
    PerfGateOptions Options,
    TimeProvider Time
);

/// <summary>Makes the steps of a run on one machine.</summary>
public sealed class RunStepsFactory(RunStepParts parts)
{
    /// <summary>The steps; they stop waiting when the host does.</summary>
    public RunSteps Create(CancellationToken cancellation) => new(parts, cancellation);

    /// <summary>
    /// Claims a run for this worker, over all servers, until the claim is disposed or its connection is gone; null where
    /// another holds it.
    /// </summary>
    public async Task<IAsyncDisposable?> TryHoldAsync(Guid runId, CancellationToken cancellation)
    {
        // Not from the pool: closing must end the session, and with it the lock.
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(parts.Options.PostgresConnectionString)
            {
                Pooling = false,
            }.ConnectionString
        );
        try
        {
            await connection.OpenAsync(cancellation);
            await using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock($1)", connection);
            command.Parameters.AddWithValue(RunQueue.HoldKey(runId));
            if (await command.ExecuteScalarAsync(cancellation) is true)
            {
                return connection;
            }
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
        await connection.DisposeAsync();
        return null;
    }
}
