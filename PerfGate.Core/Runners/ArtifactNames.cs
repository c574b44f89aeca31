namespace PerfGate.Core.Runners;

/// <summary>Names of a run's artifacts, below the run's own folder or prefix.</summary>
public static class ArtifactNames
{
    /// <summary>The generated script.</summary>
    public const string Script = "script.js";

    /// <summary>Written by the server when the run should stop: runners look for it every second.</summary>
    public const string Stop = "stop";

    /// <summary>Written by the server when all segments are ready: their loads begin as one.</summary>
    public const string Go = "go";

    /// <summary>The merged metrics, JSON of <c>RunMetrics</c>.</summary>
    public const string Metrics = "metrics.json";

    /// <summary>The judged result, JSON of <c>RunResult</c>.</summary>
    public const string Result = "result.json";

    /// <summary>The gate's answer, JSON of <c>GateResult</c>: the short part of the result.</summary>
    public const string Gate = "gate.json";

    /// <summary>The HTML report.</summary>
    public const string ReportHtml = "report.html";

    /// <summary>The Markdown report.</summary>
    public const string ReportMarkdown = "report.md";

    /// <summary>The JUnit report.</summary>
    public const string ReportJUnit = "junit.xml";

    /// <summary>Written first of an imported run: which database its row is for. Where the row never came, the rest can go.</summary>
    public const string Import = "import";

    /// <summary>Condensed records of a segment, one JSON object a line and second, appended.</summary>
    public static string Series(int segment) => FormattableString.Invariant($"series-{segment}.ndjson");

    /// <summary>
    /// Written by a segment's runner when its engine and the script are checked and it waits for <see cref="Go"/>; holds the
    /// number of its attempt (<see cref="RunnerOrder.Attempt"/>).
    /// </summary>
    public static string Ready(int segment) => FormattableString.Invariant($"ready-{segment}");

    /// <summary>Written by the server before it starts a segment a second time: why.</summary>
    public static string Retried(int segment) => FormattableString.Invariant($"retried-{segment}");

    /// <summary>k6's <c>--summary-export</c> of a segment.</summary>
    public static string Summary(int segment) => FormattableString.Invariant($"summary-{segment}.json");

    /// <summary>What the engine printed, sanitised.</summary>
    public static string Log(int segment) => FormattableString.Invariant($"log-{segment}.txt");

    /// <summary>The end record (<see cref="RunnerEnd"/>): written last, once.</summary>
    public static string End(int segment) => FormattableString.Invariant($"end-{segment}.json");
}
