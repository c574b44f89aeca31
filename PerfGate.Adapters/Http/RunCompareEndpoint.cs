using Microsoft.AspNetCore.Http;
using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Runs;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Http;

/// <summary><c>GET /api/performance/runs/compare?base={testId}&amp;candidate={testId}</c>: any two runs side by side.</summary>
public static class RunCompareEndpoint
{
    /// <summary>A <see cref="RunComparison"/>; 404 for an unknown run, 409 for one that has measured nothing (yet).</summary>
    public static async Task<IResult> CompareAsync(
        HttpRequest request,
        RunStore runs,
        RunArtifacts artifacts,
        PerformanceBaselineManager baselines,
        CancellationToken cancellation
    )
    {
        var fields = new QueryFields(request.Query, "base", "candidate");
        var from = fields.Id("base", "the testId of a run", required: true);
        var to = fields.Id("candidate", "the testId of a run", required: true);
        if (from is not null && from == to)
        {
            fields.Refuse("candidate", "is the base", "the testId of another run");
        }
        if (fields.Errors.Count > 0)
        {
            return Problems.Unusable(fields.Errors);
        }
        var results = new List<RunResult>();
        string? fingerprint = null;
        foreach (var id in new[] { from!.Value, to!.Value })
        {
            if (await runs.FindAsync(id, cancellation) is not { } run)
            {
                return Problems.Unknown("run", id);
            }
            if (!RunStates.IsEnd(run.Status))
            {
                return Problems.Conflict($"Run {id} has not ended; only what was measured can be compared.");
            }
            if (await artifacts.ReadResultAsync(id, cancellation) is not { Metrics: not null } result)
            {
                return Problems.Conflict($"Run {id} measured nothing that could be compared.");
            }
            results.Add(result);
            fingerprint ??= run.Fingerprint;
        }
        var past = await baselines.PastAsync(results[0].Request, fingerprint!, results[0].Engine, cancellation);
        return Results.Json(RunComparer.Compare(results[0], results[1], past), RunJson.Options);
    }
}
