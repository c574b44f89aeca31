using System.Globalization;
using System.Text.Json.Nodes;
using PerfGate.Core.Requests;

namespace PerfGate.Core.Scripts;

/// <summary>A custom scenario as the data that <c>runSteps</c> (k6-scripts/lib/steps.js) carries out.</summary>
internal static class StepEncoding
{
    private const int LongestShown = 60;

    /// <summary>Writes it. Maps become sorted lists of pairs: no name of the caller's ever becomes a member of a JavaScript object.</summary>
    public static JsonObject Encode(ScenarioConfiguration scenario) =>
        new()
        {
            ["name"] = GroupName(scenario.Name),
            ["steps"] = new JsonArray([.. scenario.Steps.Select(step => Encode(scenario, step))]),
        };

    private static JsonObject Encode(ScenarioConfiguration scenario, ScenarioStep step)
    {
        var endpoint = GroupName(step.Name ?? step.Path.Split('?')[0]);
        var label = step.Name is null ? $"{step.Method} {endpoint}" : endpoint;
        var statuses = step.Checks.Select(check => check.Status).OfType<int>().Distinct().ToArray();
        var encoded = new JsonObject
        {
            ["endpoint"] = endpoint,
            ["label"] = label,
            ["method"] = step.Method,
            ["path"] = step.Path,
            ["headers"] = Pairs(step.Headers, value => value),
            ["body"] = step.Body,
            ["jsonBody"] = step.Headers.Any(header =>
                header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)
                && header.Value.Contains("json", StringComparison.OrdinalIgnoreCase)
            ),
            // An error status that the caller asks for is no failed request.
            ["expectedStatuses"] = statuses.Any(status => status >= 400)
                ? new JsonArray([.. statuses.Select(status => (JsonNode)status)])
                : null,
            ["checks"] = new JsonArray([.. step.Checks.Select(check => Encode(label, check))]),
            ["capture"] = Pairs(step.Capture, Path),
            ["thinkSeconds"] = IterationLength.ThinkTime(scenario, step).TotalSeconds,
        };
        return encoded;
    }

    private static JsonObject Encode(string label, StepCheck check)
    {
        var (kind, value, text) = check switch
        {
            { Status: { } status } => ("status", (JsonNode)status, $"status is {Invariant(status)}"),
            { BodyContains: { } part } => ("bodyContains", part, $"body contains {Shown(part)}"),
            { JsonPath: { } path } => ("jsonPath", Path(path), $"body has {Shown(path)}"),
            { MaxDurationMs: { } longest } => ("maxDurationMs", longest, $"answered within {Invariant(longest)} ms"),
            _ => throw new ArgumentException("A check has one condition.", nameof(check)),
        };
        return new JsonObject
        {
            ["name"] = GroupName($"{label}: {text}"),
            ["kind"] = kind,
            ["value"] = value,
        };
    }

    private static JsonArray Pairs(IReadOnlyDictionary<string, string> map, Func<string, JsonNode> value) =>
        [
            .. map.OrderBy(entry => entry.Key, StringComparer.Ordinal)
                .Select(entry => new JsonArray(entry.Key, value(entry.Value))),
        ];

    private static JsonNode Path(string path) =>
        JsonPath.TryParse(path, out var keys)
            ? new JsonArray([.. keys.Select(key => key is int index ? (JsonNode)index : (string)key)])
            : throw new ArgumentException($"Not a JSON path: {path}", nameof(path));

    /// <summary>k6 throws where the name of a group or a check holds its separator.</summary>
    private static string GroupName(string name) => name.Replace("::", ": :", StringComparison.Ordinal);

    private static string Shown(string text) => text.Length <= LongestShown ? text : text[..LongestShown] + "...";

    private static string Invariant(double number) => number.ToString(CultureInfo.InvariantCulture);
}
