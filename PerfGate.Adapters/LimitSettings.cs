using PerfGate.Adapters.ContainerInstances;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Thresholds;

namespace PerfGate.Adapters;

/// <summary>Reads what one run may ask for on an environment: the <see cref="Limits"/> that installations differ in.</summary>
internal static class LimitSettings
{
    private const string CommonPrefix = "Limits__";
    private const int Mebibyte = 1_048_576;

    /// <summary>The settings that hold of every request.</summary>
    public static IReadOnlyList<string> Common { get; } =
    [.. new[] { "RequestBytes", "Scenarios", "Steps", "BodyBytes", "ScriptBytes" }.Select(name => CommonPrefix + name)];

    /// <summary>The settings, after the environment's own prefix.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "MaxVus",
        "MaxArrivalRate",
        "MaxRequestsPerSecond",
        "MaxSegments",
        "MaxRunnerCpu",
        "MaxRunnerMemoryGb",
        "MaxLoadDuration",
        "MaxStressDuration",
        "MaxSpikeDuration",
        "MaxEnduranceDuration",
        "MaxEarlyStopErrorRate",
        "MaxEarlyStopResponseTime",
        "MaxEarlyStopWindow",
    ];

    /// <summary>The limits of both environments.</summary>
    public static Limits Read(SettingValues values)
    {
        var common = Limits.Default;
        var defaults = common with
        {
            RequestBytes = Whole("RequestBytes", common.RequestBytes, 1024, 100 * Mebibyte),
            Scenarios = Whole("Scenarios", common.Scenarios, 1, 1000),
            Steps = Whole("Steps", common.Steps, 1, 1000),
            BodyBytes = Whole("BodyBytes", common.BodyBytes, 0, 10 * Mebibyte),
            ScriptBytes = Whole("ScriptBytes", common.ScriptBytes, 256 * 1024, 200 * Mebibyte),
        };
        return On(values, TargetEnvironment.Staging, defaults) with
        {
            OnProduction = On(
                values,
                TargetEnvironment.Production,
                common.On(TargetEnvironment.Production) with
                {
                    RequestBytes = defaults.RequestBytes,
                    Scenarios = defaults.Scenarios,
                    Steps = defaults.Steps,
                    BodyBytes = defaults.BodyBytes,
                    ScriptBytes = defaults.ScriptBytes,
                }
            ),
        };

        int Whole(string name, int otherwise, int least, int most) =>
            (int)values.Whole(CommonPrefix + name, otherwise, least, most);
    }

    private static Limits On(SettingValues values, TargetEnvironment environment, Limits defaults)
    {
        var prefix = $"Environments__{environment}__";
        return defaults with
        {
            Vus = (int)values.Number(prefix + "MaxVus", defaults.Vus, 1, 1_000_000),
            ArrivalRate = values.Number(prefix + "MaxArrivalRate", defaults.ArrivalRate, 1, 10_000_000),
            RequestsPerSecond = (int)
                values.Number(prefix + "MaxRequestsPerSecond", defaults.RequestsPerSecond, 1, 10_000_000),
            Segments = (int)values.Number(prefix + "MaxSegments", defaults.Segments, 1, 100),
            RunnerCpu = values.Number(prefix + "MaxRunnerCpu", defaults.RunnerCpu, 1, ContainerInstanceOptions.MostCpu),
            RunnerMemoryGb = values.Number(
                prefix + "MaxRunnerMemoryGb",
                defaults.RunnerMemoryGb,
                1,
                ContainerInstanceOptions.MostMemoryGb
            ),
            LoadDuration = Longest("MaxLoadDuration", defaults.LoadDuration),
            StressDuration = Longest("MaxStressDuration", defaults.StressDuration),
            SpikeDuration = Longest("MaxSpikeDuration", defaults.SpikeDuration),
            EnduranceDuration = Longest("MaxEnduranceDuration", defaults.EnduranceDuration),
            EarlyStop = EarlyStop(values, prefix, defaults.EarlyStop),
        };

        TimeSpan Longest(string name, TimeSpan otherwise) =>
            values.Duration(prefix + name, otherwise, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7));
    }

    private static EarlyStopBounds EarlyStop(SettingValues values, string prefix, EarlyStopBounds otherwise)
    {
        var most = EarlyStopBounds.Loosest;
        return new EarlyStopBounds
        {
            ErrorRate = values.Number(prefix + "MaxEarlyStopErrorRate", otherwise.ErrorRate, 0.05, most.ErrorRate),
            ResponseTime = values
                .Duration(
                    prefix + "MaxEarlyStopResponseTime",
                    TimeSpan.FromMilliseconds(otherwise.ResponseTime),
                    TimeSpan.FromMilliseconds(100),
                    TimeSpan.FromMilliseconds(most.ResponseTime)
                )
                .TotalMilliseconds,
            Window = values.Duration(
                prefix + "MaxEarlyStopWindow",
                otherwise.Window,
                TimeSpan.FromSeconds(5),
                most.Window
            ),
        };
    }
}
