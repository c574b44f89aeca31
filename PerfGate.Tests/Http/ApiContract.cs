using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NJsonSchema;
using PerfGate.Adapters.Http.OpenApi;

namespace PerfGate.Tests.Http;

/// <summary>
/// Holds real answers against the API's own document: the route, its status, content type and body must be in it, and a body
/// must have no member that is not.
/// </summary>
internal static partial class ApiContract
{
    private const string Schemas = "#/components/schemas/";

    public static JsonNode Document { get; } = JsonNode.Parse(ApiDocument.Utf8.Span)!;

    /// <summary>Documented operations as <c>GET /path/{template}</c>.</summary>
    public static IReadOnlyList<string> Operations { get; } =
    [
        .. Document["paths"]!
            .AsObject()
            .SelectMany(path =>
                path.Value!.AsObject().Select(operation => $"{operation.Key.ToUpperInvariant()} {path.Key}")
            )
            .Order(StringComparer.Ordinal),
    ];

    public static async Task HoldAsync(HttpResponseMessage answer)
    {
        if (await answer.Content.ReadAsByteArrayAsync() is { Length: 0 })
        {
            HoldStatus(answer);
            return;
        }
        var (what, content) = Hold(answer);
        if (answer.Content.Headers.ContentType!.MediaType!.EndsWith("json", StringComparison.Ordinal))
        {
            var schema = await SchemaAsync(content["schema"]!);
            var body = await answer.Content.ReadAsStringAsync();
            Assert.True(
                schema.Validate(body) is { Count: 0 },
                $"{what}: {string.Join(", ", schema.Validate(body))}: {body}"
            );
        }
    }

    /// <summary>The same of an answer whose body is still to come: its status and type.</summary>
    public static (string What, JsonNode Content) Hold(HttpResponseMessage answer)
    {
        var (what, response) = HoldStatus(answer);
        var type = answer.Content.Headers.ContentType?.MediaType ?? "";
        var content = response["content"]?[type];
        Assert.True(content is not null, $"{what}: {type} is not in the document");
        return (what, content);
    }

    private static (string What, JsonNode Response) HoldStatus(HttpResponseMessage answer)
    {
        var method = answer.RequestMessage!.Method.Method;
        var path = answer.RequestMessage.RequestUri!.AbsolutePath;
        var what = $"{method} {path} -> {(int)answer.StatusCode}";
        var responses = Find(method, path)?["responses"];
        Assert.True(responses is not null, $"{what}: the route is not in the document");
        var response = Resolve(responses[FormattableString.Invariant($"{(int)answer.StatusCode}")]);
        Assert.True(response is not null, $"{what}: the status is not in the document");
        return (what, response);
    }

    /// <summary>A schema of the document; strict: what it does not name is not allowed.</summary>
    public static Task<JsonSchema> SchemaAsync(JsonNode schema)
    {
        var closed = schema.DeepClone();
        Close(closed);
        var root = new JsonObject { ["allOf"] = new JsonArray(closed) };
        var definitions = new JsonObject();
        foreach (var (name, component) in Document["components"]!["schemas"]!.AsObject())
        {
            var definition = component!.DeepClone();
            Close(definition);
            definitions[name] = definition;
        }
        root["definitions"] = definitions;
        return JsonSchema.FromJsonAsync(
            root.ToJsonString().Replace(Schemas, "#/definitions/", StringComparison.Ordinal)
        );
    }

    private static void Close(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject part:
                if (part["properties"] is JsonObject && part["additionalProperties"] is null)
                {
                    part["additionalProperties"] = false;
                }
                foreach (var (_, child) in part.ToList())
                {
                    Close(child);
                }
                break;
            case JsonArray parts:
                parts.ToList().ForEach(Close);
                break;
        }
    }

    // A path without a parameter comes before one with.
    private static JsonNode? Find(string method, string path) =>
        Document["paths"]!
            .AsObject()
            .Where(candidate => Regex.IsMatch(path, $"^{Parameter().Replace(candidate.Key, "[^/]+")}$"))
            .OrderBy(candidate => candidate.Key.Count(letter => letter == '{'))
            .Select(candidate => candidate.Value![method.ToLowerInvariant()])
            .FirstOrDefault(operation => operation is not null);

    private static JsonNode? Resolve(JsonNode? node)
    {
        if (node?["$ref"]?.GetValue<string>() is not { } reference)
        {
            return node;
        }
        return reference.Split('/').Skip(1).Aggregate(Document, (at, name) => at[name]!);
    }

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
