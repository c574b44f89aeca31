using PerfGate.Adapters.ContainerInstances;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Thresholds;

namespace PerfGate.Adapters;

/// <summary>Reads what one run may ask for on an environment: the <see cref="Limits"/> that installations differ in.</summary>
internal static class LimitSettings
{
    /// <summary>The settings, after the environment's own prefix.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "MaxVus",
        "MaxArrivalRate",
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
        var defaults = Limits.Default;
        return On(values, TargetEnvironment.Staging, defaults) with
        {
            OnProduction = On(values, TargetEnvironment.Production, defaults.On(TargetEnvironment.Production)),
        };
    }

    private static Limits On(SettingValues values, TargetEnvironment environment, Limits defaults)
    {
        var prefix = $"Environments__{environment}__";
        return defaults with
        {
            Vus = (int)values.Number(prefix + "MaxVus", defaults.Vus, 1, 1_000_000),
            ArrivalRate = values.Number(prefix + "MaxArrivalRate", defaults.ArrivalRate, 1, 10_000_000),
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
