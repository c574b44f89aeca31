using System.Text.Json;
using System.Text.Json.Nodes;

namespace PerfGate.Adapters.Http.OpenApi;

/// <summary>
/// The OpenAPI 3.1 document of the API: routes and requests as written down in <c>openapi.json</c>, answers as the records
/// are serialized. (ASP.NET Core's own generator needs the endpoints of one host; the document is the same in both.)
/// </summary>
public static class ApiDocument
{
    private const string Schemas = "#/components/schemas/";

    private static readonly Type[] Answers =
    [
        typeof(ExecuteAnswer),
        typeof(TestsAnswer),
        typeof(Postgres.StoredTest),
        typeof(RunHistoryAnswer),
        typeof(Core.Runs.RunComparison),
        typeof(RunView),
        typeof(GateView),
        typeof(SeriesAnswer),
        typeof(BaselineView),
        typeof(BaselineHistoryAnswer),
        typeof(AuditAnswer),
        typeof(StopsAnswer),
        typeof(Postgres.StopAnswer),
        typeof(Core.Requests.FieldError),
    ];

    /// <summary>The document, UTF-8.</summary>
    public static ReadOnlyMemory<byte> Utf8 => Made.Value;

    private static readonly Lazy<byte[]> Made = new(() => JsonSerializer.SerializeToUtf8Bytes(Make()));

    private static JsonNode Make()
    {
        using var written = typeof(ApiDocument).Assembly.GetManifestResourceStream("PerfGate.openapi.json")!;
        var document = JsonNode.Parse(written)!;
        var schemas = document["components"]!["schemas"]!.AsObject();
        foreach (var (name, schema) in new AnswerSchemas(Schemas).Describe(Answers))
        {
            schemas.Add(name, schema);
        }
        return document;
    }
}
