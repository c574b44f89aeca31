using System.Text.Json;
using PerfGate.Core.Admission;

namespace PerfGate.Core.Requests;

/// <summary>Reads the checks of a custom step.</summary>
internal static class StepCheckReader
{
    private static readonly string[] Known = ["status", "bodyContains", "jsonPath", "maxDurationMs"];

    /// <summary>Reads one; null where it is no object.</summary>
    public static StepCheck? Read(JsonElement entry, string path, Limits limits, ErrorList errors)
    {
        if (FieldReader.Open(entry, path, errors, Known) is not { } fields)
        {
            return null;
        }
        if (Known.Count(fields.Has) != 1)
        {
            fields.Refuse(path, "does not hold exactly one condition", $"exactly one of {string.Join(", ", Known)}");
        }
        return new StepCheck
        {
            Status = fields.Whole("status", 100, 599),
            BodyContains = fields.Text("bodyContains", limits.CheckTextLength, "a text"),
            JsonPath = fields.Raw("jsonPath") is { } value
                ? JsonPath(fields, value, fields.At("jsonPath"), limits)
                : null,
            MaxDurationMs = fields.Number("maxDurationMs", 1, limits.DurationBoundMs, " ms"),
        };
    }

    /// <summary>A JSON path of the supported kind; null, and an error noted, where it is another.</summary>
    public static string? JsonPath(FieldReader fields, JsonElement value, string path, Limits limits)
    {
        const string allowed = "a JSON path such as $.items[0].id";
        var text = fields.Text(value, path, limits.CheckTextLength, allowed);
        if (text is null || Requests.JsonPath.TryParse(text, out _))
        {
            return text;
        }
        fields.Refuse(path, $"is \"{FieldPath.Shown(text)}\"", allowed);
        return null;
    }
}
