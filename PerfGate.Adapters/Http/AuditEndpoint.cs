using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Http;

/// <summary><c>GET /api/performance/audit</c>: who did what, when, from where, where, and what came of it.</summary>
public static class AuditEndpoint
{
    private const int MostRows = 200;
    private const string Ndjson = "application/x-ndjson";

    /// <summary>
    /// <c>?principal=&amp;action=&amp;subject=&amp;environment=&amp;from=&amp;to=&amp;limit=&amp;after=</c>; answers <c>{rows, next}</c>,
    /// the newest first. With <c>format=ndjson</c>, or <c>Accept: application/x-ndjson</c>, every row, one a line, the oldest first,
    /// without <c>limit</c> and <c>after</c>; without filters it can be verified.
    /// </summary>
    public static async Task<IResult> ListAsync(HttpContext context, AuditPages pages, CancellationToken cancellation)
    {
        var fields = new QueryFields(
            context.Request.Query,
            "principal",
            "action",
            "subject",
            "environment",
            "from",
            "to",
            "limit",
            "after",
            "format"
        );
        var filter = new AuditFilter
        {
            Principal = Text(fields, "principal"),
            Action = Text(fields, "action"),
            Subject = Text(fields, "subject"),
            Environment = fields.Choice<TargetEnvironment>("environment"),
            From = fields.Time("from"),
            To = fields.Time("to"),
        };
        if (filter.From >= filter.To)
        {
            fields.Refuse("to", "is not after from", "a time after from");
        }
        var whole = IsWhole(context.Request, fields);
        var limit = fields.Whole("limit", 1, MostRows);
        var after = Place(fields);
        foreach (var name in new[] { "limit", "after" }.Where(name => whole && fields.Text(name) is not null))
        {
            fields.Refuse(name, "does not go with ndjson, which is every row", "only without ndjson");
        }
        if (fields.Errors.Count > 0)
        {
            return Problems.Unusable(fields.Errors);
        }
        if (whole)
        {
            return Results.Stream(body => WriteAsync(pages, filter, body, cancellation), Ndjson);
        }
        var (rows, next) = await pages.ReadAsync(filter, after, limit ?? 50, cancellation);
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(new AuditAnswer(rows, next?.ToString(CultureInfo.InvariantCulture)), RunJson.Options);
    }

    /// <summary>Writes rows, one a line.</summary>
    public static async Task WriteAsync(IAsyncEnumerable<AuditRow> rows, Stream body, CancellationToken cancellation)
    {
        await foreach (var row in rows.WithCancellation(cancellation))
        {
            await JsonSerializer.SerializeAsync(body, row, RunJson.Options, cancellation);
            await body.WriteAsync("\n"u8.ToArray(), cancellation);
        }
    }

    private static Task WriteAsync(AuditPages pages, AuditFilter filter, Stream body, CancellationToken cancellation) =>
        WriteAsync(pages.StreamAsync(filter, cancellation), body, cancellation);

    private static bool IsWhole(HttpRequest request, QueryFields fields)
    {
        switch (fields.Text("format"))
        {
            case "ndjson":
                return true;
            case "json":
                return false;
            case null:
                return request.GetTypedHeaders().Accept.Any(type => type.MediaType == Ndjson);
            default:
                fields.Refuse("format", "is not a format", "json or ndjson");
                return false;
        }
    }

    private static string? Text(QueryFields fields, string name)
    {
        var text = fields.Text(name);
        if (text is not null && (text.Length == 0 || text.Any(char.IsControl)))
        {
            // No row has it, and PostgreSQL takes no NUL.
            fields.Refuse(name, "is no text to look for", "a text of at least one character");
        }
        return text;
    }

    private static long? Place(QueryFields fields)
    {
        if (fields.Text("after") is not { } text)
        {
            return null;
        }
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var place) && place > 0)
        {
            return place;
        }
        fields.Refuse("after", "is no place in the audit trail", "the next of an earlier answer, as it was");
        return null;
    }
}

/// <summary>A page of the audit trail.</summary>
/// <param name="Rows">The rows, the newest first.</param>
/// <param name="Next"><c>after</c> of the next page; null at the last.</param>
public sealed record AuditAnswer(
    IReadOnlyList<AuditRow> Rows,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next
);
