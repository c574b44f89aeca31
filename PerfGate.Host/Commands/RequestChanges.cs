using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;

namespace PerfGate.Host.Commands;

/// <summary>What options say of a request. Values are carried over as they are: the reader of requests judges them.</summary>
public sealed record RequestChanges
{
    /// <summary>Replaces the shape.</summary>
    public string? TestType { get; init; }

    /// <summary>Replaces the environment.</summary>
    public string? Environment { get; init; }

    /// <summary>The environment, named a second time.</summary>
    public string? ConfirmEnvironment { get; init; }

    /// <summary>Replaces the target.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>Replaces the duration, and the stages.</summary>
    public string? Duration { get; init; }

    /// <summary>Replaces the users, and the arrival rate.</summary>
    public int? Vus { get; init; }

    /// <summary>Replaces the arrival rate, and the users.</summary>
    public double? ArrivalRate { get; init; }

    /// <summary>Replace the stages, and the duration: <c>30s:10</c>.</summary>
    public IReadOnlyList<string> Stages { get; init; } = [];

    /// <summary>Replace the scenarios: <c>photoGallery=3</c>.</summary>
    public IReadOnlyList<string> Scenarios { get; init; } = [];

    /// <summary>Added to the tags: <c>build=1.2</c>.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Replace bounds of the same name; null ones are none.</summary>
    public JsonObject Thresholds { get; init; } = [];

    /// <summary>Added to the k6 thresholds: <c>http_reqs:rate&gt;10</c>.</summary>
    public IReadOnlyList<string> K6Thresholds { get; init; } = [];

    /// <summary>Whether nothing is said.</summary>
    public bool IsEmpty =>
        TestType is null
        && Environment is null
        && ConfirmEnvironment is null
        && BaseUrl is null
        && Duration is null
        && Vus is null
        && ArrivalRate is null
        && Stages.Count + Scenarios.Count + Tags.Count + K6Thresholds.Count == 0
        && Thresholds.All(bound => bound.Value is null);

    /// <summary>Whether a text has both parts of a form such as <c>NAME=VALUE</c>; a part in brackets may be absent.</summary>
    public static bool HasForm(string form, string text) =>
        form.Contains('[', StringComparison.Ordinal)
            ? text.Length > 0 && text[0] != '='
            : Split(text, form.Contains('=', StringComparison.Ordinal) ? '=' : ':')
                is { First.Length: > 0, Second.Length: > 0 };

    /// <summary>The request with these changes; one of their own where there is none, of type load for staging unless said.</summary>
    /// <exception cref="UnusableRequestException">The request is not JSON, or repeats a name.</exception>
    public byte[] ApplyTo(byte[]? request)
    {
        var root = request is null
            ? new JsonObject { ["testType"] = "load", ["environment"] = "staging" }
            : Parse(request);
        if (root is not JsonObject body || body["configuration"] is not (null or JsonObject))
        {
            // Not a request; what it is instead is told by the reader of requests.
            return request!;
        }
        Set(body, "testType", TestType);
        Set(body, "environment", Environment);
        Set(body, Confirmation.Field, ConfirmEnvironment);
        var configuration = Child(body, "configuration");
        Set(configuration, "baseUrl", BaseUrl);
        SetInsteadOf(configuration, "vus", Vus, "arrivalRate");
        SetInsteadOf(configuration, "arrivalRate", ArrivalRate, "vus");
        SetInsteadOf(configuration, "duration", DurationNode(Duration), "stages");
        SetInsteadOf(configuration, "stages", Array(Stages, Stage), "duration");
        Set(configuration, "scenarios", Array(Scenarios, Scenario));
        foreach (var tag in Tags)
        {
            var (name, value) = Split(tag, '=')!.Value;
            Child(configuration, "tags")[name] = value;
        }
        foreach (var (name, bound) in Thresholds.Where(bound => bound.Value is not null))
        {
            Child(configuration, "thresholds")[name] = bound!.DeepClone();
        }
        foreach (var threshold in K6Thresholds)
        {
            var (metric, expression) = Split(threshold, ':')!.Value;
            var k6 = Child(Child(configuration, "thresholds"), "k6");
            var expressions = k6[metric] as JsonArray ?? [];
            k6[metric] = expressions;
            expressions.Add(expression);
        }
        return JsonSerializer.SerializeToUtf8Bytes(body, RunJson.Options);
    }

    /// <summary>Cuts at the first separator that is not within braces: tags of a metric have colons of their own.</summary>
    private static (string First, string Second)? Split(string text, char separator)
    {
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            depth +=
                text[i] == '{' ? 1
                : text[i] == '}' ? -1
                : 0;
            if (depth == 0 && text[i] == separator)
            {
                return (text[..i], text[(i + 1)..]);
            }
        }
        return null;
    }

    private static JsonNode? Parse(byte[] request)
    {
        try
        {
            return JsonNode.Parse(
                request,
                documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }
            );
        }
        catch (JsonException unreadable)
        {
            var told = RequestReader.Read(request, Limits.Default).Errors;
            throw new UnusableRequestException(
                told.Count > 0 ? told : [new FieldError("request", unreadable.Message, "a JSON object")]
            );
        }
    }

    private static JsonObject Child(JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject child)
        {
            parent[name] = child = [];
        }
        return child;
    }

    private static void Set(JsonObject target, string name, JsonNode? value)
    {
        if (value is not null)
        {
            target[name] = value;
        }
    }

    private static void SetInsteadOf(JsonObject target, string name, JsonNode? value, string other)
    {
        if (value is not null)
        {
            target.Remove(other);
            target[name] = value;
        }
    }

    private static JsonArray? Array(IReadOnlyList<string> texts, Func<string, JsonNode> read) =>
        texts.Count == 0 ? null : new JsonArray([.. texts.Select(read)]);

    private static JsonObject Stage(string text)
    {
        var (duration, target) = Split(text, ':')!.Value;
        return new JsonObject { ["duration"] = DurationNode(duration), ["target"] = NumberNode(target) };
    }

    private static JsonObject Scenario(string text) =>
        Split(text, '=') is { } parts
            ? new JsonObject { ["name"] = parts.First, ["weight"] = NumberNode(parts.Second) }
            : new JsonObject { ["name"] = text };

    private static JsonNode? DurationNode(string? text) => text is null ? null : NumberNode(text);

    /// <summary>A number where it is one; else the text, for the reader of requests to read or refuse.</summary>
    private static JsonNode NumberNode(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && double.IsFinite(number)
            ? number
            : text;
}
