using PerfGate.Core.Thresholds;

namespace PerfGate.Core.Requests;

/// <summary>What to run: <c>{testType, configuration, environment}</c>, already validated.</summary>
public sealed record RunRequest(TestType TestType, TestConfiguration Configuration, TargetEnvironment Environment);

/// <summary>
/// How to load the target. Whatever is null is filled in from the test type's defaults when the run is planned.
/// </summary>
public sealed record TestConfiguration
{
    /// <summary>Stands for the target of a load that was made elsewhere and does not say where it was aimed.</summary>
    public static readonly Uri UnknownTarget = new("http://unknown.invalid");

    /// <summary>Root of the target, http or https, without query or fragment.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>Virtual users (closed model). Exclusive with <see cref="ArrivalRate"/>.</summary>
    public int? Vus { get; init; }

    /// <summary>Iterations started a second at the steady stage (open model). Exclusive with <see cref="Vus"/>.</summary>
    public double? ArrivalRate { get; init; }

    /// <summary>
    /// Load engines that share the load by k6's execution segments, 1 to the limit; default 1. The load is the same, whatever
    /// their number.
    /// </summary>
    public int Segments { get; init; } = 1;

    /// <summary>Cores and memory of each runner's container; null (default) for the installation's own. No part of the load.</summary>
    public RunnerSize? Runner { get; init; }

    /// <summary>Beyond these the target is hurting, and the load ends at once.</summary>
    public EarlyStopBounds EarlyStop { get; init; } = EarlyStopBounds.Default;

    /// <summary>Length of the whole load, ramps included. Exclusive with <see cref="Stages"/>.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>
    /// Explicit ramp: targets are VUs or iterations a second, by the model chosen. It begins at <see cref="Vus"/> or
    /// <see cref="ArrivalRate"/>, as in k6; at 0 iterations a second where neither is given. Empty: the type's own shape.
    /// </summary>
    public IReadOnlyList<Stage> Stages { get; init; } = [];

    /// <summary>What users do, by weight. Empty: all four built-in scenarios, equally.</summary>
    public IReadOnlyList<ScenarioConfiguration> Scenarios { get; init; } = [];

    /// <summary>The bounds the run is held to.</summary>
    public ThresholdSettings Thresholds { get; init; } = ThresholdSettings.Default;

    /// <summary>Tags put on every sample of the run.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();
}

/// <summary>One leg of a ramp: from the previous target to this one, linearly, over the duration (k6 stage).</summary>
public sealed record Stage(TimeSpan Duration, double Target);

/// <summary>A built-in scenario by name, or a custom one by its steps.</summary>
public sealed record ScenarioConfiguration
{
    /// <summary>Unique in the run; a built-in name where <see cref="Steps"/> is empty.</summary>
    public required string Name { get; init; }

    /// <summary>Share of iterations relative to the other scenarios; default 1.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Requests of a custom scenario, in order. Empty for a built-in one.</summary>
    public IReadOnlyList<ScenarioStep> Steps { get; init; } = [];

    /// <summary>Pause between steps; null: the scenario's own.</summary>
    public TimeSpan? ThinkTime { get; init; }
}

/// <summary>One request of a custom scenario. Text may hold <c>{{name}}</c> for a value captured before.</summary>
public sealed record ScenarioStep
{
    /// <summary>Name of the endpoint in results; default: method and path.</summary>
    public string? Name { get; init; }

    /// <summary>HTTP method, upper case.</summary>
    public required string Method { get; init; }

    /// <summary>Path on the base URL, beginning with a slash; may hold a query.</summary>
    public required string Path { get; init; }

    /// <summary>Request headers.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Request body as text; null for none.</summary>
    public string? Body { get; init; }

    /// <summary>What the answer must satisfy.</summary>
    public IReadOnlyList<StepCheck> Checks { get; init; } = [];

    /// <summary>Values taken from the answer for later steps: name to JSON path (<c>$.token</c>).</summary>
    public IReadOnlyDictionary<string, string> Capture { get; init; } = new Dictionary<string, string>();

    /// <summary>Pause after this step; null: the scenario's.</summary>
    public TimeSpan? ThinkTime { get; init; }
}

/// <summary>A k6 check of one answer: exactly one of the conditions is set.</summary>
public sealed record StepCheck
{
    /// <summary>Expected status code, 100 to 599.</summary>
    public int? Status { get; init; }

    /// <summary>Text that the body must contain.</summary>
    public string? BodyContains { get; init; }

    /// <summary>JSON path (<c>$.items</c>) that must exist in the body.</summary>
    public string? JsonPath { get; init; }

    /// <summary>Longest allowed duration of this answer, milliseconds.</summary>
    public double? MaxDurationMs { get; init; }
}
