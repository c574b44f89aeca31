using Azure;
using PerfGate.Adapters.Blobs;

namespace PerfGate.Adapters.Runs;

/// <summary>Tells what is wrong with a run's artifacts from all other surprises.</summary>
public static class ArtifactsUnwell
{
    /// <summary>Whether an exception says that artifacts could not be written or read: a folder's, or a blob service's.</summary>
    public static bool Explains(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or RequestFailedException
        || BlobsAway.Explains(exception);

    /// <summary>What was wrong, in a line: a blob service's own words go on for pages, and repeat themselves for each try.</summary>
    public static string Say(Exception exception) =>
        exception switch
        {
            AggregateException { InnerExceptions: [.., var last] } => Say(last),
            RequestFailedException { Status: > 0 } refused => FormattableString.Invariant(
                $"{FirstLine(refused.Message)} ({refused.Status} {refused.ErrorCode})"
            ),
            _ => FirstLine(exception.Message),
        };

    private static string FirstLine(string text) => text.Split('\n')[0].Trim();
}
