using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PerfGate.Core.K6Output;

/// <summary>
/// Takes out of k6's summary what may be a secret: <c>setup_data</c> is whatever the script's setup returned, often a token;
/// <c>config.script</c> of the machine-readable summary is the whole script; <c>options</c> are the script's own, among them
/// certificates and keys.
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
            stripped = JsonSerializer.SerializeToUtf8Bytes(summary);
            return true;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // A name given twice is an ArgumentException of the object.
            return false;
        }
    }
}
