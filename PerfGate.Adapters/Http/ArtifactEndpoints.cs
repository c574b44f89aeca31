using System.Text;
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
    private const string LogType = "text/plain; charset=utf-8";

    /// <summary><c>GET runs/{testId}/report?format=html|markdown|junit</c>.</summary>
    public static async Task<IResult> ReportAsync(
        HttpContext context,
        Guid testId,
        RunStore runs,
        IArtifactStore store,
        CancellationToken cancellation
    )
    {
        var fields = new QueryFields(context.Request.Query, "format");
        (string Name, string Type)? report = fields.Text("format") switch
        {
            null or "html" => (ArtifactNames.ReportHtml, "text/html; charset=utf-8"),
            "markdown" => (ArtifactNames.ReportMarkdown, "text/markdown; charset=utf-8"),
            "junit" => (ArtifactNames.ReportJUnit, "application/xml; charset=utf-8"),
            _ => null,
        };
        if (report is null)
        {
            fields.Refuse("format", "is not a format", "html, markdown or junit");
        }
        return report is { } known && fields.Errors.Count == 0
            ? await SendAsync(testId, known.Name, known.Type, "report", runs, store, cancellation)
            : Problems.Unusable(fields.Errors);
    }

    /// <summary><c>GET runs/{testId}/script</c>: the script exactly as it ran.</summary>
    public static Task<IResult> ScriptAsync(
        HttpContext context,
        Guid testId,
        RunStore runs,
        IArtifactStore store,
        CancellationToken cancellation
    ) =>
        SendAsync(
            testId,
            ArtifactNames.Script,
            "text/javascript; charset=utf-8",
            "script",
            runs,
            store,
            cancellation,
            run => AuditedRequest.IsOn(context, run.Request.Environment)
        );

    /// <summary>
    /// <c>GET runs/{testId}/log?segment=</c>: what the load engine printed, without secrets; usually there once the load has
    /// ended. Of several segments all logs that are there, one after the other, or the one asked for.
    /// </summary>
    public static async Task<IResult> LogAsync(
        HttpContext context,
        Guid testId,
        RunStore runs,
        IArtifactStore store,
        CancellationToken cancellation
    )
    {
        var fields = new QueryFields(context.Request.Query, "segment");
        var run = await runs.FindAsync(testId, cancellation);
        var segments = run?.Plan?.Segments ?? 1;
        var wanted = fields.Whole("segment", 0, segments - 1);
        if (fields.Errors.Count > 0)
        {
            return run is null ? Problems.Unknown("run", testId) : Problems.Unusable(fields.Errors);
        }
        // The script's own output may look like HTML.
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return segments > 1 && wanted is null
            ? await LogsAsync(context.Response, run!, segments, store, cancellation)
            : await SendAsync(testId, ArtifactNames.Log(wanted ?? 0), LogType, "log", runs, store, cancellation);
    }

    private static async Task<IResult> LogsAsync(
        HttpResponse response,
        RunRow run,
        int segments,
        IArtifactStore store,
        CancellationToken cancellation
    )
    {
        var logs = new List<(int Segment, Stream Content)>();
        for (var segment = 0; segment < segments; segment++)
        {
            if (await store.OpenReadAsync(run.Id, ArtifactNames.Log(segment), cancellation) is { } log)
            {
                // However the answer ends: the next log may not open, the client may go away before this one is read.
                response.RegisterForDisposeAsync(log);
                logs.Add((segment, log));
            }
        }
        return logs.Count > 0 ? Results.Stream(body => WriteAsync(logs, body, cancellation), LogType)
            : RunStates.IsEnd(run.Status) ? Problems.Never("log")
            : Problems.NotYet("log");
    }

    private static async Task WriteAsync(
        List<(int Segment, Stream Content)> logs,
        Stream body,
        CancellationToken cancellation
    )
    {
        foreach (var (segment, content) in logs)
        {
            var title = FormattableString.Invariant($"--- segment {segment} ---\n");
            await body.WriteAsync(Encoding.UTF8.GetBytes(title), cancellation);
            await content.CopyToAsync(body, cancellation);
        }
    }

    private static async Task<IResult> SendAsync(
        Guid testId,
        string name,
        string type,
        string what,
        RunStore runs,
        IArtifactStore store,
        CancellationToken cancellation,
        Action<RunRow>? note = null
    )
    {
        if (await runs.FindAsync(testId, cancellation) is not { } run)
        {
            return Problems.Unknown("run", testId);
        }
        note?.Invoke(run);
        return await store.OpenReadAsync(testId, name, cancellation) is { } content ? Results.Stream(content, type)
            : RunStates.IsEnd(run.Status) ? Problems.Never(what)
            : Problems.NotYet(what);
    }
}
