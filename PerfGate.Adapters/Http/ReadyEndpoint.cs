using Microsoft.AspNetCore.Http;
using Npgsql;
using PerfGate.Adapters.Files;
using PerfGate.Core.Runners;

namespace PerfGate.Adapters.Http;

/// <summary><c>GET /ready</c>: whether this server can take a run now, asked by deployments and load balancers.</summary>
public static class ReadyEndpoint
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>200 where database and artifacts answer within 5 seconds, else 503 that names what does not.</summary>
    public static async Task<IResult> GetAsync(
        HttpContext context,
        NpgsqlDataSource database,
        IArtifactStore artifacts,
        CancellationToken cancellation
    )
    {
        context.Response.Headers.CacheControl = "no-store";
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        var answers = await Task.WhenAll(
            AnswersAsync("the database", () => AskAsync(database, patience.Token), cancellation),
            AnswersAsync("the artifact store", () => AskAsync(artifacts, patience.Token), cancellation)
        );
        var silent = answers.OfType<string>().ToList();
        return silent.Count == 0
            ? Results.Ok(new { status = "ready" })
            : Problems.Unavailable($"No answer from {string.Join(" and ", silent)}.");
    }

    private static async Task<string?> AnswersAsync(string who, Func<Task> ask, CancellationToken cancellation)
    {
        try
        {
            await ask();
            return null;
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
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
