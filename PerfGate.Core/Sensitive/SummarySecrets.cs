using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PerfGate.Core.Sensitive;

/// <summary>
/// Takes out of k6's summary what may be a secret: <c>setup_data</c> is whatever the script's setup returned, often a token;
/// <c>config.script</c> of the machine-readable summary is the whole script; <c>options</c> are the script's own, among them
/// certificates and keys; and names of checks, groups and tags are whatever the script put together (<see cref="SensitiveText"/>).
/// </summary>
public static class SummarySecrets
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 256 };

    /// <summary>The summary without them, so that it may be kept; false where the text is no JSON object.</summary>
    public static bool TryStrip(ReadOnlyMemory<byte> utf8, [NotNullWhen(true)] out byte[]? stripped)
    {
        stripped = null;
        try
        {
            if (JsonNode.Parse(utf8.Span, documentOptions: Options) is not JsonObject summary)
            {
                return false;
            }
            summary.Remove("setup_data");
            summary.Remove("options");
            if (summary["config"] is JsonObject config)
            {
                config.Remove("script");
            }
            stripped = JsonSerializer.SerializeToUtf8Bytes(Clean(summary));
            return true;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            // A name given twice is an ArgumentException of the object, a text that is no Unicode an InvalidOperationException.
            return false;
        }
    }

    private static JsonNode? Clean(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                var clean = new JsonObject();
                var taken = new Dictionary<string, int>(StringComparer.Ordinal);
                foreach (var (name, value) in members)
                {
                    clean[Free(clean, SensitiveText.Strip(name), taken)] = Clean(value);
                }
                return clean;
            case JsonArray entries:
                return new JsonArray([.. entries.Select(Clean)]);
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                return SensitiveText.Strip(value.GetValue<string>());
            default:
                return node?.DeepClone();
        }
    }

    // Names that differ in their secrets alone stay two.
    private static string Free(JsonObject members, string name, Dictionary<string, int> taken)
    {
        var free = name;
        while (members.ContainsKey(free))
        {
            // Counted on from the last: a hundred thousand such names would otherwise be looked up from two on each.
            var number = taken[name] = taken.GetValueOrDefault(name, 1) + 1;
            free = string.Create(CultureInfo.InvariantCulture, $"{name} ({number})");
        }
        return free;
    }
}
