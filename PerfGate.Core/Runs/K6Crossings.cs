using System.Globalization;
using PerfGate.Core.K6Output;
using PerfGate.Core.Sensitive;
using PerfGate.Core.Thresholds;

namespace PerfGate.Core.Runs;

/// <summary>
/// What k6 says of the thresholds of a script that was not made here. They are its author's, and nothing else here knows them: one
/// that was crossed condemns the run, as a crossed bound of the request does. One that held proves nothing: k6 holds bounds of
/// which nothing was measured.
/// </summary>
internal static class K6Crossings
{
    /// <summary>Code of the findings.</summary>
    public const string Code = "k6-threshold-crossed";

    /// <summary>k6's exit status where a threshold was crossed; it hides whatever else went wrong.</summary>
    public const int ExitCode = 99;

    // A summary may name as many as it likes; the verdict's reasons are read by people.
    private const int MostNamed = 10;
    private const int LongestName = 200;

    /// <summary>A finding for each threshold that a summary says was crossed, or one where only the exit status tells.</summary>
    public static IEnumerable<Finding> Of(IReadOnlyList<K6Summary> summaries, int? exitCode)
    {
        var crossed = summaries
            .SelectMany(summary =>
                summary.Metrics.SelectMany(metric =>
                    metric
                        .Value.Thresholds.Where(threshold => !threshold.Value)
                        .Select(threshold =>
                            (Name: $"{metric.Key}: {threshold.Key}", Measured: Measured(metric.Value, threshold.Key))
                        )
                )
            )
            .DistinctBy(threshold => threshold.Name)
            .OrderBy(threshold => threshold.Name, StringComparer.Ordinal)
            .ToList();
        foreach (var (name, measured) in crossed.Take(MostNamed))
        {
            yield return Found(
                $"k6 says that a threshold of the script was crossed, {SensitiveText.Strip(name, LongestName)}{measured}."
            );
        }
        if (crossed.Count > MostNamed)
        {
            yield return Found($"So were {crossed.Count - MostNamed:#,0} further thresholds of the script.");
        }
        else if (crossed.Count == 0 && exitCode == ExitCode)
        {
            yield return Found(
                $"k6 ended with exit status {ExitCode}: a threshold of the script was crossed, and may have ended the load early. k6's summary export or the data of handleSummary would say which."
            );
        }
    }

    private static string Measured(K6Metric metric, string text) =>
        K6ThresholdExpression.TryParse(text, out var expression, out _)
        && metric.Values.TryGetValue(expression.Statistic, out var value)
            ? string.Create(CultureInfo.InvariantCulture, $" ({expression.Statistic} was {value:#,0.####})")
            : "";

    private static Finding Found(FormattableString sentence) =>
        new(FindingWeight.Condemns, new Reason(Code, sentence.ToString(CultureInfo.InvariantCulture)));
}
