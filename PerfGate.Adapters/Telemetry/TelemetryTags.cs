namespace PerfGate.Adapters.Telemetry;

/// <summary>
/// Names of attributes. Those without <c>perfgate</c> in front are OpenTelemetry's own, with the meaning that its semantic
/// conventions give them.
/// </summary>
public static class TelemetryTags
{
    /// <summary>The <c>testId</c>: on spans and log records, never on metrics.</summary>
    public const string RunId = "perfgate.run.id";

    /// <summary>Shape of load: <c>load</c>, <c>stress</c>, ...</summary>
    public const string TestType = "perfgate.test.type";

    /// <summary>What the run is aimed at: <c>staging</c>, <c>production</c>.</summary>
    public const string Environment = "deployment.environment.name";

    /// <summary><c>passed</c>, <c>failed</c>, <c>inconclusive</c> or <c>error</c>.</summary>
    public const string Verdict = "perfgate.verdict";

    /// <summary>Load engine with its version.</summary>
    public const string Engine = "perfgate.engine";

    /// <summary>A run's place in its life: <c>queued</c>, <c>running</c>.</summary>
    public const string Status = "perfgate.run.status";

    /// <summary>Code of the error that a step answered, or the type of the exception it threw.</summary>
    public const string ErrorType = "error.type";
}
