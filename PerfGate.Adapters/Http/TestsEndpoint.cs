using Microsoft.AspNetCore.Http;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Http;

/// <summary>Stored tests.</summary>
public static class TestsEndpoint
{
    /// <summary><c>GET tests</c>: every test with its latest run, the newest first.</summary>
    public static async Task<IResult> ListAsync(TestStore tests, CancellationToken cancellation) =>
        Results.Json(new { tests = await tests.ListAsync(cancellation) }, RunJson.Options);
}
