using System.Globalization;

namespace PerfGate.Demo;

/// <summary>The knobs as they are given on the command line.</summary>
internal static class KnobArguments
{
    /// <summary>Reads them; those that are not given are 0.</summary>
    /// <exception cref="ArgumentException">Some are no numbers or out of their range; the message names all of them.</exception>
    public static Knobs Read(IConfiguration configuration)
    {
        var problems = new List<string>();
        var knobs = new Knobs
        {
            LatencyMs = Number("latency-ms"),
            LatencyJitterMs = Number("latency-jitter-ms"),
            ErrorRate = Number("error-rate"),
            SlowQueryMs = Number("slow-query-ms"),
            SlowQueryEvery = Number("slow-query-every"),
            LeakBytesPerRequest = Number("leak-bytes-per-request"),
        };
        problems.AddRange(knobs.Problems());
        return problems.Count == 0 ? knobs : throw new ArgumentException(string.Join('\n', problems));

        double Number(string name)
        {
            if (configuration[name] is not { } text)
            {
                return 0;
            }
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            {
                return value;
            }
            problems.Add($"--{name} is '{text}', which is no number.");
            return 0;
        }
    }
}
