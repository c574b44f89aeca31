using PerfGate.Adapters.Blobs;
using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Runs;

namespace PerfGate.Functions.Orchestration;

/// <summary>
/// Tells what an activity may throw, and is then tried again, from what would be the same the next time and is therefore told.
/// </summary>
public static class StepGuard
{
    /// <summary>Does a step; a surprise that would not go away is part of the answer.</summary>
    public static async Task<StepAnswer<T>> DoAsync<T>(string step, Func<Task<T>> work)
        where T : class
    {
        try
        {
            return new StepAnswer<T>(await work(), null);
        }
        catch (Exception surprise) when (!MayBeBetterLater(surprise))
        {
            var unwell = ArtifactsUnwell.Explains(surprise);
            var message = unwell ? ArtifactsUnwell.Say(surprise) : surprise.Message;
            return new StepAnswer<T>(null, new StepSurprise(step, message, unwell));
        }
        catch (Exception trouble) when (trouble is not OperationCanceledException)
        {
            // The history keeps what is thrown as well; who tries again asks for no type.
            throw new StepTroubleException(trouble);
        }
    }

    /// <summary>
    /// Whether the same step may succeed later: the host stops, the database is away, Azure is busy or out of reach.
    /// </summary>
    public static bool MayBeBetterLater(Exception exception) =>
        BlobsAway.Explains(exception) || DatabaseAway.Explains(exception);
}
