using System.Globalization;
using PerfGate.Adapters.Http;
using PerfGate.Core.Baselines;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Core.Thresholds;
using Spectre.Console;

namespace PerfGate.Host.Terminal;

/// <summary>A verdict as a person at a terminal reads it: word, reasons, every threshold, the past.</summary>
public sealed class VerdictView(IAnsiConsole console)
{
    /// <summary>Shows an ended run.</summary>
    public void Show(RunView run)
    {
        ShowHead(run.Verdict, run.TestId, run.Results?.Engine ?? "no engine", run.Reasons);
        if (run.Results is not { } results)
        {
            return;
        }
        if (results.Metrics?.Overall is { } overall)
        {
            console.MarkupLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"[dim]  {overall.Requests:#,0} requests, {overall.ThroughputRps:0.#}/s, avg {Milliseconds(overall.Answered?.Avg)}, p95 {Milliseconds(overall.Answered?.P95)}, errors {overall.ErrorRate * 100:0.##} %[/]"
                )
            );
        }
        ShowThresholds(results.Thresholds);
        ShowBaseline(results.Baseline);
    }

    /// <summary>Shows the short answer for a pipeline; a run that goes on has none yet.</summary>
    public void Show(GateView gate)
    {
        if (gate.Verdict is null)
        {
            console.MarkupLine($"[yellow]{EnumText.Lower(gate.Status)}[/]  [dim]{gate.TestId}[/]  no verdict yet");
            return;
        }
        ShowHead(gate.Verdict, gate.TestId, "", gate.Reasons);
        ShowThresholds(gate.Thresholds);
        ShowBaseline(gate.Baseline);
    }

    private void ShowHead(Verdict? verdict, Guid testId, string engine, IReadOnlyList<Reason> reasons)
    {
        var (word, colour) = verdict switch
        {
            Verdict.Passed => ("PASSED", "green"),
            Verdict.Failed => ("FAILED", "red"),
            Verdict.Inconclusive => ("INCONCLUSIVE", "yellow"),
            _ => ("ERROR", "red"),
        };
        console.MarkupLine($"[bold {colour}]{word}[/]  [dim]{testId}  {Markup.Escape(engine)}[/]");
        foreach (var reason in reasons)
        {
            if (!console.Profile.Out.IsTerminal)
            {
                // Whoever searches a log finds a sentence whole.
                console.Profile.Out.Writer.WriteLine($"  • {reason.Sentence}");
                continue;
            }
            var sentence = new Grid().AddColumn(new GridColumn().NoWrap().PadLeft(2).PadRight(1)).AddColumn();
            sentence.AddRow($"[{colour}]•[/]", Markup.Escape(reason.Sentence));
            console.Write(sentence);
        }
    }

    private void ShowThresholds(IReadOnlyList<ThresholdResult> thresholds)
    {
        if (thresholds.Count == 0)
        {
            return;
        }
        var table = new Table { Border = TableBorder.Rounded, Title = new TableTitle("Thresholds") }
            .AddColumn("Rule")
            .AddColumn(new TableColumn("Bound").RightAligned())
            .AddColumn(new TableColumn("Measured").RightAligned())
            .AddColumn("Outcome");
        foreach (var threshold in thresholds)
        {
            table.AddRow(
                Markup.Escape(threshold.Name),
                Markup.Escape($"{threshold.Comparison} {Figure(threshold.Bound, threshold.Unit)}"),
                Markup.Escape(threshold.Measured is { } measured ? Figure(measured, threshold.Unit) : "–"),
                threshold.Outcome switch
                {
                    ThresholdOutcome.Held => "[green]✓ held[/]",
                    ThresholdOutcome.Crossed => "[red]✗ crossed[/]",
                    _ => "[yellow]? unknown[/]",
                }
            );
        }
        console.Write(table);
    }

    private void ShowBaseline(BaselineComparison? baseline)
    {
        if (baseline is null)
        {
            return;
        }
        if (baseline.Metrics.Count == 0)
        {
            console.MarkupLine($"[dim]Baseline: {Markup.Escape(baseline.Sentence)}[/]");
            return;
        }
        var table = new Table { Border = TableBorder.Rounded, Title = new TableTitle("Against the baseline") }
            .AddColumn("Metric")
            .AddColumn(new TableColumn("Baseline").RightAligned())
            .AddColumn(new TableColumn("Now").RightAligned())
            .AddColumn(new TableColumn("Change").RightAligned())
            .AddColumn(new TableColumn("Allowed to").RightAligned())
            .AddColumn(new TableColumn("Certainty").RightAligned())
            .AddColumn("Outcome");
        foreach (var metric in baseline.Metrics)
        {
            table.AddRow(
                ShortName(metric.Metric),
                Number(metric.Baseline),
                Number(metric.Current),
                metric.ChangePercent is { } change
                    ? string.Create(CultureInfo.InvariantCulture, $"{change:+0.0;-0.0;0.0} %")
                    : "–",
                Number(metric.Bound),
                string.Create(CultureInfo.InvariantCulture, $"{Math.Min(metric.Confidence, 0.999) * 100:0.0} %"),
                metric.Outcome switch
                {
                    ComparisonOutcome.Regressed => "[red]✗ worse[/]",
                    ComparisonOutcome.Improved => "[green]↑ better[/]",
                    _ => "[green]✓ usual[/]",
                }
            );
        }
        console.Write(table);
        console.MarkupLine($"[dim]{Markup.Escape(baseline.Sentence)}[/]");
    }

    private static string ShortName(string metric) =>
        metric switch
        {
            "avg_response_time_ms" => "avg, ms",
            "p95_response_time_ms" => "p95, ms",
            "error_rate" => "error share",
            "throughput_rps" => "requests/s",
            _ => Markup.Escape(metric),
        };

    private static string Milliseconds(double? value) => value is { } ms ? $"{Number(ms)} ms" : "–";

    private static string Figure(double value, string unit) =>
        unit switch
        {
            "ms" => $"{Number(value)} ms",
            "requests/s" => $"{Number(value)} req/s",
            "share" => string.Create(CultureInfo.InvariantCulture, $"{value * 100:0.###} %"),
            _ => Number(value),
        };

    private static string Number(double value) =>
        Math.Abs(value) < 10 && value != Math.Round(value)
            ? value.ToString("0.###", CultureInfo.InvariantCulture)
            : value.ToString("#,0.#", CultureInfo.InvariantCulture);
}
