using Azure;

namespace PerfGate.Runner.Artifacts;

/// <summary>
/// Repeats a request to a blob service that is out of reach or busy, as long as there is patience. Once it has run out, nothing is
/// waited for again until the service has answered: a runner that has given up must come to its end.
/// </summary>
/// <param name="longest">How long one request is repeated, 0 or more.</param>
/// <param name="time">The clock.</param>
internal sealed class BlobPatience(TimeSpan longest, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private volatile bool _over;

    /// <summary>Makes a request, which must bear being made twice, until it is answered.</summary>
    public async Task<T> AskAsync<T>(Func<Task<T>> request, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        while (true)
        {
            try
            {
                var answer = await request();
                _over = false;
                return answer;
            }
            catch (Exception away) when (IsAway(away) && !cancellation.IsCancellationRequested)
            {
                if (_over || time.GetElapsedTime(begun) > longest)
                {
                    _over = true;
                    throw;
                }
            }
            await Task.Delay(Pause, time, cancellation);
        }
    }

    /// <summary>No answer, none in time, or one of a service that is busy or unwell. Of several tries the last one counts.</summary>
    private static bool IsAway(Exception exception) =>
        exception switch
        {
            RequestFailedException refused => refused.Status is 0 or 408 or 429 or >= 500,
            AggregateException { InnerExceptions: [.., var last] } => IsAway(last),
            OperationCanceledException or TimeoutException => true,
            _ => false,
        };
}
