using PerfGate.K6.Metrics;

namespace PerfGate.K6.Summary;

/// <summary>One metric as a line of k6's text: its figures, before they are lined up.</summary>
internal sealed record SummaryLine(string Name, bool IsTrend, IReadOnlyList<string> Figures)
{
    /// <summary>k6 shows submetrics indented, by their tags alone.</summary>
    public string DisplayName =>
        Name.IndexOf('{', StringComparison.Ordinal) is >= 0 and var open ? $"  {{ {Name[(open + 1)..^1]} }}" : Name;

    public static SummaryLine Of(string name, Sink sink, IReadOnlyList<string> stats, double seconds, string timeUnit)
    {
        var metric = sink.Metric;
        string Figure(string statistic) => SummaryFigures.Of(sink.Statistic(statistic, seconds) ?? 0, metric, timeUnit);

        string[] figures = metric.Type switch
        {
            MetricType.Counter => [Figure("count"), Figure("rate") + "/s"],
            MetricType.Gauge => [Figure("value"), "min=" + Figure("min"), "max=" + Figure("max")],
            MetricType.Rate => [Figure("rate"), FormattableString.Invariant($"{sink.Passes} out of {sink.Count}")],
            _ => [.. stats.Select(stat => TrendFigure(sink, stat, seconds, timeUnit))],
        };
        return new SummaryLine(name, metric.Type == MetricType.Trend, figures);
    }

    /// <summary>A count of samples has no unit, whatever the trend's values are.</summary>
    public static string TrendFigure(Sink sink, string statistic, double seconds, string timeUnit)
    {
        var value = sink.Statistic(statistic, seconds) ?? 0;
        return statistic == "count" ? SummaryFigures.Number(value) : SummaryFigures.Of(value, sink.Metric, timeUnit);
    }
}

/// <summary>Lines up the metrics of a section as k6 does (<c>computeSummaryInfo</c> of <c>internal/js/summary.js</c>).</summary>
internal sealed class SummaryColumns
{
    private readonly IReadOnlyList<string> _stats;
    private readonly int _name;
    private readonly int _value;
    private readonly int[] _trend;
    private readonly int[] _extras;

    public SummaryColumns(IReadOnlyCollection<SummaryLine> lines, IReadOnlyList<string> stats)
    {
        _stats = stats;
        _name = Widest(lines.Select(line => line.DisplayName));
        var others = lines.Where(line => !line.IsTrend).ToList();
        _value = Widest(others.Select(line => line.Figures[0]));
        _extras =
        [
            .. Enumerable.Range(1, 2).Select(at => Widest(others.Select(line => line.Figures.ElementAtOrDefault(at)))),
        ];
        var trends = lines.Where(line => line.IsTrend).ToList();
        _trend = [.. stats.Select((_, at) => Widest(trends.Select(line => line.Figures[at])))];
    }

    public string Render(SummaryLine line)
    {
        var name = line.DisplayName;
        var dots = new string('.', _name - SummaryFigures.Width(name) + 3);
        return $"{name}{dots}: {(line.IsTrend ? Trend(line.Figures) : Other(line.Figures))}";
    }

    private string Trend(IReadOnlyList<string> figures) =>
        string.Join(' ', figures.Select((figure, at) => $"{_stats[at]}={Padded(figure, _trend[at])}"));

    // k6 pads what comes after the value only where there is more than one.
    private string Other(IReadOnlyList<string> figures) =>
        figures.Count == 2
            ? $"{Padded(figures[0], _value)} {figures[1]}"
            : $"{Padded(figures[0], _value)} {string.Join(' ', figures.Skip(1).Select((figure, at) => Padded(figure, _extras[at])))}";

    private static string Padded(string text, int width) => text + new string(' ', width - SummaryFigures.Width(text));

    private static int Widest(IEnumerable<string?> texts) =>
        texts.Select(text => SummaryFigures.Width(text ?? "")).DefaultIfEmpty().Max();
}
