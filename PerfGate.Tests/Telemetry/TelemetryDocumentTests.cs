using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text.RegularExpressions;
using PerfGate.Adapters.Telemetry;
using PerfGate.Core;
using PerfGate.Core.Runners;
using PerfGate.Tests.Architecture;

namespace PerfGate.Tests.Telemetry;

/// <summary>docs/telemetry.md says what there is: no more, no less.</summary>
public sealed partial class TelemetryDocumentTests
{
    [Fact]
    public void Every_span_is_in_the_document()
    {
        var steps = typeof(IRunSteps)
            .GetMethods()
            .Select(method => method.Name[..^"Async".Length])
            .Where(name => name != "Delay");

        Assert.Equal(
            new[]
            {
                RunTracing.RunJob,
                RunTracing.Abandon,
                RunnerSpans.Runner,
                RunnerSpans.CheckScript,
                RunnerSpans.ApplyLoad,
            }
                .Concat(steps)
                .Order(),
            Names("Spans").Order()
        );
    }

    [Fact]
    public void Every_metric_is_in_the_document_with_its_unit()
    {
        var there = new HashSet<(string, string)> { (ActiveRuns.Gauge, "{run}") };
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == RunTelemetry.Name)
                {
                    lock (there)
                    {
                        there.Add((instrument.Name, instrument.Unit!));
                    }
                }
            },
        };
        Assert.NotNull(RunTelemetry.Started);
        listener.Start();

        Assert.Equal(there.Order(), Rows("Metrics").Select(row => (row[0].Trim('`'), row[2].Trim('`'))).Order());
    }

    [Fact]
    public void Every_attribute_is_in_the_document()
    {
        var there = typeof(TelemetryTags)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (string)field.GetRawConstantValue()!)
            .Concat([RunnerSpans.SegmentTag, RunnerSpans.EndTag]);

        Assert.Equal(there.Order(), Names("Attributes").Order());
    }

    private static IEnumerable<string> Names(string section) => Rows(section).Select(row => row[0].Trim('`'));

    private static List<string[]> Rows(string section)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root.FullName, "docs", "telemetry.md"));
        var part = Heading().Split(text).Single(part => part.StartsWith(section, StringComparison.Ordinal));
        return
        [
            .. part.Split('\n')
                .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
                .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1]),
        ];
    }

    [GeneratedRegex("^## ", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
