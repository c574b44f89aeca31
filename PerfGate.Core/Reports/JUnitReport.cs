using System.Globalization;
using System.Text;
using System.Xml;
using PerfGate.Core.Baselines;
using PerfGate.Core.Runs;
using PerfGate.Core.Thresholds;

namespace PerfGate.Core.Reports;

/// <summary>
/// A run as JUnit XML, so that a pipeline shows it among its tests. One case for the verdict, one a threshold, one a baseline
/// metric. <c>failure</c>: measured and bad; <c>error</c>: not known (an inconclusive run, a run that did not start).
/// Format: the Jenkins JUnit schema (testsuites, testsuite, testcase, failure, error).
/// </summary>
public static class JUnitReport
{
    /// <summary>Writes the report. The file as a whole fails exactly where the gate stays closed.</summary>
    public static string Render(RunResult result)
    {
        var cases = Cases(result).ToList();
        var seconds = result is { StartedAt: { } started, EndedAt: { } ended }
            ? Math.Max(0, (ended - started).TotalSeconds)
            : 0;
        var text = new Utf8Writer();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, NewLineChars = "\n" }))
        {
            xml.WriteStartElement("testsuites");
            Totals(xml, "PerfGate", cases, seconds);
            xml.WriteStartElement("testsuite");
            Totals(xml, ReportWords.TestName(result), cases, seconds);
            var at = result.StartedAt ?? result.CreatedAt;
            xml.WriteAttributeString(
                "timestamp",
                at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture)
            );
            Properties(xml, result);
            foreach (var testCase in cases)
            {
                Write(xml, testCase);
            }
            xml.WriteEndElement();
            xml.WriteEndElement();
        }
        return text.ToString() + "\n";
    }

    private static IEnumerable<Case> Cases(RunResult result)
    {
        var reasons = string.Join("\n", result.Verdict.Reasons.Select(reason => $"{reason.Code}: {reason.Sentence}"));
        var verdict = result.Verdict.Verdict;
        var outcome = verdict switch
        {
            Verdict.Passed => Outcome.Passed,
            Verdict.Failed => Outcome.Failure,
            _ => Outcome.Error,
        };
        yield return new Case(
            "verdict",
            ReportWords.VerdictName(verdict),
            outcome,
            VerdictType(result.Verdict),
            reasons
        );
        foreach (var threshold in result.Thresholds)
        {
            yield return Of(threshold);
        }
        foreach (var metric in result.Baseline?.Metrics ?? [])
        {
            yield return Of(metric);
        }
    }

    private static string VerdictType(RunVerdict verdict) =>
        verdict.Reasons.Count > 0 ? verdict.Reasons[0].Code : verdict.Verdict.ToString();

    private static Case Of(ThresholdResult threshold) =>
        new(
            "thresholds",
            threshold.Name,
            threshold.Outcome switch
            {
                ThresholdOutcome.Held => Outcome.Passed,
                ThresholdOutcome.Crossed => Outcome.Failure,
                _ => Outcome.Error,
            },
            threshold.Outcome == ThresholdOutcome.Crossed ? "threshold-crossed" : "threshold-unknown",
            $"{threshold.Sentence}\nmeasured {Figures.WithUnit(threshold.Measured, threshold.Unit)}, bound {threshold.Comparison} {Figures.WithUnit(threshold.Bound, threshold.Unit)}"
        );

    private static Case Of(MetricComparison metric) =>
        new(
            "baseline",
            metric.Metric,
            metric.Outcome == ComparisonOutcome.Regressed ? Outcome.Failure : Outcome.Passed,
            "regression",
            $"{Figures.MetricName(metric.Metric)} changed by {Figures.Change(metric.ChangePercent)}: {Figures.OfMetric(metric.Metric, metric.Current)} where the baseline is {Figures.OfMetric(metric.Metric, metric.Baseline)} and a regression begins at {Figures.OfMetric(metric.Metric, metric.Bound)} ({Figures.Percent(metric.Confidence)} certain)"
        );

    private static void Totals(XmlWriter xml, string name, List<Case> cases, double seconds)
    {
        xml.WriteAttributeString("name", name);
        xml.WriteAttributeString("tests", Invariant(cases.Count));
        xml.WriteAttributeString("failures", Invariant(cases.Count(one => one.Outcome == Outcome.Failure)));
        xml.WriteAttributeString("errors", Invariant(cases.Count(one => one.Outcome == Outcome.Error)));
        xml.WriteAttributeString("skipped", "0");
        xml.WriteAttributeString("time", seconds.ToString("0.###", CultureInfo.InvariantCulture));
    }

    private static void Properties(XmlWriter xml, RunResult result)
    {
        xml.WriteStartElement("properties");
        foreach (
            var (name, value) in new[]
            {
                ("runId", result.RunId.ToString()),
                ("target", ReportWords.Target(result.Request.Configuration.BaseUrl)),
                ("engine", PlainText.OneLine(result.Engine)),
            }
        )
        {
            xml.WriteStartElement("property");
            xml.WriteAttributeString("name", name);
            xml.WriteAttributeString("value", value);
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private static void Write(XmlWriter xml, Case testCase)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", "PerfGate." + testCase.Group);
        xml.WriteAttributeString("name", PlainText.OneLine(testCase.Name));
        xml.WriteAttributeString("time", "0");
        if (testCase.Outcome != Outcome.Passed)
        {
            xml.WriteStartElement(testCase.Outcome == Outcome.Failure ? "failure" : "error");
            xml.WriteAttributeString("type", PlainText.OneLine(testCase.Type));
            xml.WriteAttributeString("message", PlainText.OneLine(testCase.Text.Split('\n')[0], 500));
            xml.WriteString(PlainText.Clean(testCase.Text));
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private static string Invariant(int value) => value.ToString(CultureInfo.InvariantCulture);

    private enum Outcome
    {
        Passed,
        Failure,
        Error,
    }

    private sealed record Case(string Group, string Name, Outcome Outcome, string Type, string Text);

    /// <summary>A string writer names UTF-16 in the XML declaration; the report is stored as UTF-8.</summary>
    private sealed class Utf8Writer() : StringWriter(CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => Encoding.UTF8;
    }
}
