using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PerfGate.Adapters.Postgres;

namespace PerfGate.Adapters.Http;

/// <summary>
/// Answers 503 with <c>Retry-After</c> where the database is away: a caller that may try again must not take it for a fault of
/// its own request, or of PerfGate.
/// </summary>
public sealed partial class DatabaseAwayFilter(ILogger<DatabaseAwayFilter> log) : IEndpointFilter
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
            LogAway(away.Message, away.InnerException?.Message);
            context.HttpContext.Response.Headers.RetryAfter = FormattableString.Invariant(
                $"{RetryAfter.TotalSeconds:0}"
            );
            return Problems.Unavailable("The database is out of reach for the moment; nothing is lost. Try again.");
        }
    }

    [LoggerMessage(LogLevel.Warning, "A request was answered 503, the database is out of reach: {Reason} {Cause}")]
    private partial void LogAway(string reason, string? cause);
}
