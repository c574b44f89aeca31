using PerfGate.Core.Requests;
using PerfGate.Core.Thresholds;

namespace PerfGate.Core.Admission;

/// <summary>
/// Every limit on what a caller may ask for, in one place. The defaults suit one load generator of a few cores; an
/// installation with more segments raises them in its settings.
/// </summary>
public sealed record Limits
{
    /// <summary>The defaults.</summary>
    public static Limits Default { get; } =
        new()
        {
            OnProduction = new Limits
            {
                Vus = 200,
                ArrivalRate = 500,
                RequestsPerSecond = 2000,
                Segments = 4,
                LoadDuration = TimeSpan.FromMinutes(30),
                StressDuration = TimeSpan.FromMinutes(30),
                SpikeDuration = TimeSpan.FromMinutes(15),
                EnduranceDuration = TimeSpan.FromHours(8),
                EarlyStop = EarlyStopBounds.Default with { Window = TimeSpan.FromSeconds(30) },
            },
        };

    /// <summary>
    /// What holds on production instead; null for the same. Default: 200 VUs, 500 iterations/s, 2,000 requests/s, 4 segments; 30 min of
    /// load or stress, 15 min of spike, 8 h of endurance; a load ends early at half of all requests failed, or 15 s on average, over 30 s
    /// at the latest.
    /// </summary>
    public Limits? OnProduction { get; init; }

    /// <summary>Largest request document, bytes. Default 1 MiB.</summary>
    public int RequestBytes { get; init; } = 1_048_576;

    /// <summary>Largest script that a request may become, bytes of UTF-8. Default 8 MiB: more than the largest request becomes.</summary>
    public int ScriptBytes { get; init; } = 8_388_608;

    /// <summary>Deepest nesting of the request document. Default 32.</summary>
    public int JsonDepth { get; init; } = 32;

    /// <summary>Most virtual users at once, over all scenarios, peaks included. Default 1000.</summary>
    public int Vus { get; init; } = 1000;

    /// <summary>Most iterations started a second, over all scenarios, peaks included. Default 5000.</summary>
    public double ArrivalRate { get; init; } = 5000;

    /// <summary>
    /// Most HTTP requests a second that a run makes, over all its segments: whatever an iteration does and however fast the target
    /// answers, users wait beyond it. Default 20,000.
    /// </summary>
    public int RequestsPerSecond { get; init; } = 20_000;

    /// <summary>Most load engines that share the load of a run. Default 10.</summary>
    public int Segments { get; init; } = 10;

    /// <summary>Most cores of a runner's container. Default 4, what container instances have everywhere.</summary>
    public double RunnerCpu { get; init; } = 4;

    /// <summary>Most memory of a runner's container, GB. Default 16, what container instances have everywhere.</summary>
    public double RunnerMemoryGb { get; init; } = 16;

    /// <summary>Shortest load. Default 1 s.</summary>
    public TimeSpan ShortestDuration { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest load test. Default 1 h.</summary>
    public TimeSpan LoadDuration { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Longest stress test. Default 1 h.</summary>
    public TimeSpan StressDuration { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Longest spike test. Default 30 min.</summary>
    public TimeSpan SpikeDuration { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Longest endurance test. Default 24 h.</summary>
    public TimeSpan EnduranceDuration { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// The loosest bounds at which a load on a hurting target ends early, whatever its request says. Default: as loose as there are.
    /// </summary>
    public EarlyStopBounds EarlyStop { get; init; } = EarlyStopBounds.Loosest;

    /// <summary>Most stages of a ramp. Default 50.</summary>
    public int Stages { get; init; } = 50;

    /// <summary>Most scenarios of a run. Default 20.</summary>
    public int Scenarios { get; init; } = 20;

    /// <summary>Largest weight of a scenario. Default 1000.</summary>
    public double Weight { get; init; } = 1000;

    /// <summary>Most steps of a custom scenario. Default 50.</summary>
    public int Steps { get; init; } = 50;

    /// <summary>Longest pause between steps. Default 10 min.</summary>
    public TimeSpan ThinkTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Longest name of a step, characters. Default 100.</summary>
    public int StepNameLength { get; init; } = 100;

    /// <summary>Longest base URL or path, characters. Default 2000.</summary>
    public int UrlLength { get; init; } = 2000;

    /// <summary>Most headers of a step. Default 30.</summary>
    public int Headers { get; init; } = 30;

    /// <summary>Longest header name, characters. Default 100.</summary>
    public int HeaderNameLength { get; init; } = 100;

    /// <summary>Longest header value, characters. Default 4096.</summary>
    public int HeaderValueLength { get; init; } = 4096;

    /// <summary>Largest body of a step, bytes of UTF-8. Default 64 KiB.</summary>
    public int BodyBytes { get; init; } = 65_536;

    /// <summary>Most checks of a step. Default 20.</summary>
    public int Checks { get; init; } = 20;

    /// <summary>Longest text to look for in a body, and longest JSON path, characters. Default 500.</summary>
    public int CheckTextLength { get; init; } = 500;

    /// <summary>Longest duration that a check or a threshold may allow, milliseconds. Default 600 000 (10 min).</summary>
    public double DurationBoundMs { get; init; } = 600_000;

    /// <summary>Most values captured by a step. Default 20.</summary>
    public int Captures { get; init; } = 20;

    /// <summary>Most tags of a run. Default 20.</summary>
    public int Tags { get; init; } = 20;

    /// <summary>Longest value of a tag, characters. Default 200.</summary>
    public int TagValueLength { get; init; } = 200;

    /// <summary>Highest throughput that may be demanded, requests a second. Default 1 000 000.</summary>
    public double Throughput { get; init; } = 1_000_000;

    /// <summary>Most metrics with k6 threshold expressions. Default 50.</summary>
    public int ThresholdMetrics { get; init; } = 50;

    /// <summary>Most expressions a metric. Default 10.</summary>
    public int ThresholdExpressions { get; init; } = 10;

    /// <summary>Longest metric name with its tags, and longest expression, characters. Default 300.</summary>
    public int ThresholdLength { get; init; } = 300;

    /// <summary>What holds on an environment.</summary>
    public Limits On(TargetEnvironment environment) =>
        environment == TargetEnvironment.Production && OnProduction is { } production ? production : this;

    /// <summary>Longest load of a test type.</summary>
    public TimeSpan LongestDuration(TestType type) =>
        type switch
        {
            TestType.Stress => StressDuration,
            TestType.Spike => SpikeDuration,
            TestType.Endurance => EnduranceDuration,
            _ => LoadDuration,
        };
}
