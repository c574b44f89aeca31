using System.Text.Json;
using System.Text.Json.Nodes;

namespace PerfGate.Core.Requests;

/// <summary>
/// JSON Merge Patch (RFC 7396): members of the patch replace those of the target, objects member by member, arrays and
/// everything else whole; <c>null</c> removes.
/// </summary>
internal static class MergePatch
{
    /// <summary>Applies a patch. The target is changed, and is the answer where both are objects.</summary>
    public static JsonNode? Apply(JsonNode? target, JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            return JsonSerializer.SerializeToNode(patch);
        }
        var merged = target as JsonObject ?? [];
        foreach (var member in patch.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null)
            {
                merged.Remove(member.Name);
                continue;
            }
            // A node that has a parent cannot be put anywhere, not even in its own place.
            merged.Remove(member.Name, out var old);
            merged[member.Name] = Apply(old, member.Value);
        }
        return merged;
    }
}
