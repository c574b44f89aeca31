using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PerfGate.Core.Requests;

/// <summary>The one way PerfGate writes its records as JSON: API answers, artifacts and database documents alike.</summary>
public static class RunJson
{
    /// <summary>camelCase names, enums as text, durations as k6 writes them, null members left out.</summary>
    public static JsonSerializerOptions Options { get; } = Create(indented: false);

    /// <summary>The same, for people.</summary>
    public static JsonSerializerOptions Indented { get; } = Create(indented: true);

    private static JsonSerializerOptions Create(bool indented)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            WriteIndented = indented,
            // People read these with curl and jq: "<=" stays "<=". Nothing pastes them into HTML unencoded.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Converters = { new DurationConverter(), new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, false) },
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
