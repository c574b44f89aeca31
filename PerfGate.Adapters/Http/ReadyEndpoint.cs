using Microsoft.AspNetCore.Http;

namespace PerfGate.Adapters.Http;

/// <summary><c>GET /ready</c>: whether this server can take a run now, asked by deployments and load balancers.</summary>
public static class ReadyEndpoint
{
    /// <summary>200 where database and artifacts answered within 5 seconds, a second ago at most; else 503 that names what does not.</summary>
    public static async Task<IResult> GetAsync(HttpContext context, Readiness readiness, CancellationToken cancellation)
    {
        context.Response.Headers.CacheControl = "no-store";
        var silent = await readiness.SilentAsync().WaitAsync(cancellation);
        return silent.Count == 0
            ? Results.Ok(new { status = "ready" })
            : Problems.Unavailable($"No answer from {string.Join(" and ", silent)}.");
    }
}
