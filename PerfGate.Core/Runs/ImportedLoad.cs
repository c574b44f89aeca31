using System.Globalization;
using PerfGate.Core.K6Output;
using PerfGate.Core.Metrics;
using PerfGate.Core.Runners;
using PerfGate.Core.Sensitive;
using PerfGate.Core.Thresholds;

namespace PerfGate.Core.Runs;

/// <summary>A load that k6 made elsewhere, as far as what it wrote tells of it.</summary>
/// <param name="Outputs">How the reading of each segment's samples ended; none where only a summary was given.</param>
/// <param name="Summaries">The summaries given.</param>
/// <param name="ExitCode">k6's exit status; null where it was not told.</param>
public sealed record ImportedLoad(IReadOnlyList<OutputEnd> Outputs, IReadOnlyList<K6Summary> Summaries, int? ExitCode)
{
    /// <summary>What results say of the engine: <c>k6 (imported)</c>, with the release where the summary tells it.</summary>
    public string Engine =>
        Summaries.Select(summary => summary.K6Version).FirstOrDefault(version => version is not null) is { } version
            ? $"k6 v{SensitiveText.Strip(version, 40).TrimStart('v')} (imported)"
            : "k6 (imported)";

    /// <summary>When load began, UTC; null where only a summary was given.</summary>
    public static DateTimeOffset? StartedAt(RunMetrics metrics) =>
        metrics.Series.Count > 0 ? DateTimeOffset.FromUnixTimeSeconds(metrics.Series[0].Second) : null;

    /// <summary>When it ended, UTC; null where nothing tells.</summary>
    public DateTimeOffset? EndedAt(RunMetrics metrics) =>
        metrics.Series.Count > 0
            ? DateTimeOffset.FromUnixTimeSeconds(metrics.Series[^1].Second + metrics.Series[^1].Seconds)
            : Summaries.Select(summary => summary.GeneratedAt).FirstOrDefault(time => time is not null);

    /// <summary>The end of k6, as a runner would have reported it.</summary>
    /// <param name="metrics">What was measured.</param>
    /// <param name="now">Taken where nothing tells when it ended.</param>
    public RunnerEnd End(RunMetrics metrics, DateTimeOffset now) =>
        new()
        {
            Engine = Engine,
            ExitCode = ExitCode ?? 0,
            Cause = RunnerEndCause.Finished,
            StartedAt = StartedAt(metrics),
            EndedAt = EndedAt(metrics) ?? now,
        };

    /// <summary>What its being imported does to the worth of its numbers, beside what holds of every run.</summary>
    public IReadOnlyList<Finding> Findings(RunMetrics metrics)
    {
        List<Finding> findings = [.. K6Crossings.Of(Summaries, ExitCode)];
        for (var i = 0; i < Outputs.Count; i++)
        {
            if (Outputs[i].Cut is { } cut)
            {
                Add(
                    FindingWeight.ForbidsPass,
                    "output-cut",
                    $"The output of segment {i + 1} is not whole, so that the load may have been as well. {cut}"
                );
            }
        }
        if (
            Outputs.Count > 0
            && Summaries.Count >= Outputs.Count
            && Counted() is var counted
            && counted != metrics.Overall.Requests
        )
        {
            Add(
                FindingWeight.ForbidsPass,
                "summary-disagrees",
                $"The summary counts {counted:#,0} requests, the samples {metrics.Overall.Requests:#,0}: they are not of the same run, or not all of it."
            );
        }
        Add(
            FindingWeight.Note,
            "imported",
            $"The load was made elsewhere. Not judged, since k6's output does not tell: whether the planned load was applied in full length, whether the script threw, and how busy the load generator was.{(ExitCode is null ? " Nor was k6's exit status given, which would tell whether a threshold of the script was crossed." : "")}"
        );
        return findings;

        void Add(FindingWeight weight, string code, FormattableString sentence) =>
            findings.Add(new Finding(weight, new Reason(code, sentence.ToString(CultureInfo.InvariantCulture))));
    }

    private long Counted() => (long)Summaries.Sum(summary => summary.Value("http_reqs", "count") ?? 0);
}
