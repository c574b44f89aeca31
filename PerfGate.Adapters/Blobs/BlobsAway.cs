using Azure;

namespace PerfGate.Adapters.Blobs;

/// <summary>Tells a blob service that is out of reach for the moment from one that refuses what it was asked.</summary>
public static class BlobsAway
{
    /// <summary>
    /// Whether an exception says that the same request may succeed later: no answer, none in time, or one of a service that is busy
    /// (429, 503) or unwell (5xx). Of several tries the last one counts. A cancellation is taken for a time that was over: whoever
    /// cancelled knows it.
    /// </summary>
    public static bool Explains(Exception exception) =>
        exception switch
        {
            // No status: there was no answer.
            RequestFailedException refused => refused.Status is 0 or 408 or 429 or >= 500,
            AggregateException { InnerExceptions: [.., var last] } => Explains(last),
            OperationCanceledException or TimeoutException => true,
            _ => false,
        };
}
