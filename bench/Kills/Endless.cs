using Microsoft.Extensions.Configuration;
using PerfGate.Adapters;
using PerfGate.Core.Admission;

namespace PerfGate.Bench.Kills;

/// <summary>Limits that a benchmark does not reach.</summary>
internal static class Endless
{
    /// <summary>As settings of a server.</summary>
    public static IReadOnlyList<(string Name, string Value)> Settings { get; } =
    [
        ("PerfGate__Callers__StartsBurst", "100000"),
        ("PerfGate__Environments__Staging__StartsBurst", "100000"),
        ("PerfGate__Environments__Production__StartsBurst", "100000"),
    ];

    /// <summary>The same, read.</summary>
    public static AdmissionRules Rules =>
        AdmissionSettings
            .Read(
                new ConfigurationBuilder()
                    .AddInMemoryCollection(
                        Settings.Select(setting =>
                            KeyValuePair.Create(
                                setting.Name.Replace("__", ":", StringComparison.Ordinal),
                                (string?)setting.Value
                            )
                        )
                    )
                    .Build(),
                TargetRules.Any
            )
            .Rules;
}
