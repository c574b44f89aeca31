using Npgsql;
using PerfGate.Adapters.Files;
using PerfGate.Core.Runners;

namespace PerfGate.Adapters.Http;

/// <summary>
/// Whether database and artifacts answer. Anybody may ask, however often: those who ask at once are told the same, and an answer is
/// kept for a second.
/// </summary>
public sealed class Readiness(NpgsqlDataSource database, IArtifactStore artifacts, TimeProvider time)
{
    /// <summary>How long an answer is kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _turn = new();
    private Task<IReadOnlyList<string>>? _asked;
    private long _answered;

    /// <summary>Who does not answer within 5 seconds; empty where all do.</summary>
    public Task<IReadOnlyList<string>> SilentAsync()
    {
        lock (_turn)
        {
            if (_asked is { } known && (!known.IsCompleted || time.GetElapsedTime(_answered) < Kept))
            {
                return known;
            }
            // Not by whoever happens to be the first: it may go away.
            return _asked = Task.Run(() => AskAsync());
        }
    }

    private async Task<IReadOnlyList<string>> AskAsync()
    {
        using var patience = new CancellationTokenSource(Patience, time);
        var answers = await Task.WhenAll(
            AnswersAsync("the database", () => AskAsync(database, patience.Token)),
            AnswersAsync("the artifact store", () => AskAsync(artifacts, patience.Token))
        );
        Volatile.Write(ref _answered, time.GetTimestamp());
        return [.. answers.OfType<string>()];
    }

    private static async Task<string?> AnswersAsync(string who, Func<Task> ask)
    {
        try
        {
            await ask();
            return null;
        }
        catch (Exception)
        {
            // Whatever the reason, this server cannot take a run; the reason may hold names of hosts and accounts.
            return who;
        }
    }

    private static async Task AskAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        // A table of PerfGate's: a database that was never migrated is not ready.
        await using var ask = database.CreateCommand("SELECT EXISTS (SELECT FROM performance_test_runs)");
        await ask.ExecuteScalarAsync(cancellation);
    }

    private static async Task AskAsync(IArtifactStore artifacts, CancellationToken cancellation)
    {
        // There is no such run: an answer is all that is wanted.
        await using var absent = await artifacts.OpenReadAsync(Guid.Empty, ArtifactNames.Script, cancellation);
    }
}
