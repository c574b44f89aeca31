using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PerfGate.Adapters.Blobs;
using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Runs;

namespace PerfGate.Adapters.Http;

/// <summary>
/// Answers 503 with <c>Retry-After</c> where the database or the blob service is away: a caller that may try again must not take it for a fault of
/// its own request, or of PerfGate.
/// </summary>
public sealed partial class AwayFilter(ILogger<AwayFilter> log) : IEndpointFilter
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <inheritdoc />
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (Exception away) when (DatabaseAway.Explains(away) && !context.HttpContext.Response.HasStarted)
        {
            LogAway("the database", away.Message, away.InnerException?.Message);
            return Unavailable(context.HttpContext, "The database is out of reach for the moment");
        }
        catch (Exception away)
            when (BlobsAway.Explains(away)
                && !context.HttpContext.RequestAborted.IsCancellationRequested
                && !context.HttpContext.Response.HasStarted
            )
        {
            LogAway("the blob service", ArtifactsUnwell.Say(away), null);
            return Unavailable(context.HttpContext, "The artifacts are out of reach for the moment");
        }
    }

    private static IResult Unavailable(HttpContext context, string what)
    {
        context.Response.Headers.RetryAfter = FormattableString.Invariant($"{RetryAfter.TotalSeconds:0}");
        return Problems.Unavailable($"{what}; nothing is lost. Try again.");
    }

    [LoggerMessage(LogLevel.Warning, "A request was answered 503, {What} is out of reach: {Reason} {Cause}")]
    private partial void LogAway(string what, string reason, string? cause);
}
