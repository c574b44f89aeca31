using System.Text.Json;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;

namespace PerfGate.Runner;

/// <summary>Reads the runner's order: from <c>PERFGATE_ORDER</c>, else the first line of standard input.</summary>
internal static class OrderReader
{
    public static async Task<(RunnerOrder? Order, string? Problem)> ReadAsync(TextReader input)
    {
        var text = Environment.GetEnvironmentVariable(RunnerOrder.Variable) ?? await input.ReadLineAsync();
        if (string.IsNullOrWhiteSpace(text))
        {
            return (null, $"No order: expected a line of JSON on standard input or in {RunnerOrder.Variable}.");
        }
        try
        {
            var order = JsonSerializer.Deserialize<RunnerOrder>(text, RunJson.Options);
            return order is null ? (null, "The order is null.")
                : order.Segments < 1 || order.Segment < 0 || order.Segment >= order.Segments
                    ? (null, $"segment is {order.Segment} of {order.Segments}: expected 0 <= segment < segments.")
                : (order, null);
        }
        catch (JsonException e)
        {
            // The exception's own message may quote the order, which may hold a SAS.
            return (null, $"The order is not valid JSON of a runner order (at {e.Path ?? "its beginning"}).");
        }
    }
}
