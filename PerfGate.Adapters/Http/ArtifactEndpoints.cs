using Microsoft.AspNetCore.Http;
using PerfGate.Adapters.Files;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Http;

/// <summary>The large things of a run: report, script, log.</summary>
public static class ArtifactEndpoints
{
    /// <summary><c>GET runs/{testId}/report?format=html|markdown|junit</c>.</summary>
    public static async Task<IResult> ReportAsync(
        Guid testId,
        string? format,
        RunStore runs,
        IArtifactStore store,
        CancellationToken cancellation
    )
    {
        (string Name, string Type)? report = format switch
        {
            null or "html" => (ArtifactNames.ReportHtml, "text/html; charset=utf-8"),
            "markdown" => (ArtifactNames.ReportMarkdown, "text/markdown; charset=utf-8"),
            "junit" => (ArtifactNames.ReportJUnit, "application/xml; charset=utf-8"),
            _ => null,
        };
        return report is { } known
            ? await SendAsync(testId, known.Name, known.Type, "report", runs, store, cancellation)
            : Problems.Unusable([new FieldError("format", $"'{format}' is not a format", "html, markdown or junit")]);
    }

    /// <summary><c>GET runs/{testId}/script</c>: the script exactly as it ran.</summary>
    public static Task<IResult> ScriptAsync(
        Guid testId,
        RunStore runs,
        IArtifactStore store,
        CancellationToken cancellation
    ) => SendAsync(testId, ArtifactNames.Script, "text/javascript; charset=utf-8", "script", runs, store, cancellation);

    /// <summary>
    /// <c>GET runs/{testId}/log</c>: what the load engine printed, without secrets; usually there once the load has ended.
    /// </summary>
    public static Task<IResult> LogAsync(
        HttpContext context,
        Guid testId,
        RunStore runs,
        IArtifactStore store,
        CancellationToken cancellation
    )
    {
        // The script's own output may look like HTML.
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return SendAsync(testId, ArtifactNames.Log(0), "text/plain; charset=utf-8", "log", runs, store, cancellation);
    }

    private static async Task<IResult> SendAsync(
        Guid testId,
        string name,
        string type,
        string what,
        RunStore runs,
        IArtifactStore store,
        CancellationToken cancellation
    )
    {
        if (await runs.FindAsync(testId, cancellation) is not { } run)
        {
            return Problems.Unknown("run", testId);
        }
        return await store.OpenReadAsync(testId, name, cancellation) is { } content ? Results.Stream(content, type)
            : RunStates.IsEnd(run.Status) ? Problems.Never(what)
            : Problems.NotYet(what);
    }
}
