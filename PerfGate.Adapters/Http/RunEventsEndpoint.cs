using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using PerfGate.Adapters.Postgres;

namespace PerfGate.Adapters.Http;

/// <summary><c>GET runs/{testId}/events</c>: a run as server-sent events, until it has ended.</summary>
public static class RunEventsEndpoint
{
    /// <summary>
    /// Events <c>state</c> (at once, and whenever status or place change), <c>progress</c> (about once a second under load) and
    /// <c>end</c> with the gate's answer, after which the stream closes. A client that comes back with the end's id in
    /// <c>Last-Event-ID</c> is answered 204, which tells it to stay away; any other gets the present state.
    /// </summary>
    public static async Task<IResult> FollowAsync(
        HttpRequest request,
        Guid testId,
        RunLooks runs,
        RunFeeds feeds,
        CancellationToken cancellation
    )
    {
        if (await runs.FindAsync(testId, cancellation) is null)
        {
            return Problems.Unknown("run", testId);
        }
        return request.Headers["Last-Event-ID"] == RunFeed.EndId
            ? Results.NoContent()
            : new RunEventStream(testId, feeds);
    }
}

/// <summary>Copies a run's events to one client. (TypedResults.ServerSentEvents writes no comments, and so no signs of life.)</summary>
internal sealed class RunEventStream(Guid testId, RunFeeds feeds) : IResult
{
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(15);

    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext context)
    {
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-store";
        // Proxies such as nginx would otherwise hold events back.
        response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, feeds.HostStopping);
        var feed = feeds.Follow(testId);
        try
        {
            await response.Body.WriteAsync("retry: 2000\n\n"u8.ToArray(), stop.Token);
            await CopyAsync(feed, response.Body, stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The client went away, or the host stops: a client that is still there comes back by itself.
        }
        finally
        {
            feeds.Leave(testId, feed);
        }
    }

    private async Task CopyAsync(RunFeed feed, Stream body, CancellationToken stop)
    {
        FeedPlace? place = null;
        while (true)
        {
            var (events, ended, news) = feed.Since(ref place);
            foreach (var one in events)
            {
                await body.WriteAsync(one, stop);
            }
            await body.FlushAsync(stop);
            if (ended)
            {
                return;
            }
            try
            {
                await news.WaitAsync(SignOfLife, feeds.Time, stop);
            }
            catch (TimeoutException)
            {
                await body.WriteAsync(": still here\n\n"u8.ToArray(), stop);
            }
        }
    }
}
