using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PerfGate.Tests.K6;

/// <summary>Compares JSON as k6's readers do: members in any order, numbers as far as summing in another order and a length in steps of 100 ns let them agree.</summary>
internal static class JsonAssert
{
    private const double Tolerance = 1e-7;

    public static void Equal(JsonNode? expected, JsonNode? actual, string path = "$")
    {
        switch (expected, actual)
        {
            case (JsonObject first, JsonObject second):
                var names = first.Select(member => member.Key).Order(StringComparer.Ordinal).ToList();
                Assert.True(
                    names.SequenceEqual(second.Select(member => member.Key).Order(StringComparer.Ordinal)),
                    $"{path}: expected {string.Join(", ", names)}; got {string.Join(", ", second.Select(member => member.Key))}"
                );
                names.ForEach(name => Equal(first[name], second[name], $"{path}.{name}"));
                break;
            case (JsonArray first, JsonArray second):
                Assert.True(first.Count == second.Count, $"{path}: expected {first.Count} items, got {second.Count}");
                for (var at = 0; at < first.Count; at++)
                {
                    Equal(first[at], second[at], $"{path}[{at}]");
                }
                break;
            case ({ } first, { } second) when first.GetValueKind() == JsonValueKind.Number:
                var (one, other) = (Number(first), Number(second));
                Assert.True(
                    Math.Abs(one - other) <= Tolerance * Math.Max(1, Math.Abs(one)),
                    $"{path}: expected {one}, got {other}"
                );
                break;
            default:
                Assert.True(JsonNode.DeepEquals(expected, actual), $"{path}: expected {expected}, got {actual}");
                break;
        }
    }

    private static double Number(JsonNode node) => double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture);
}
