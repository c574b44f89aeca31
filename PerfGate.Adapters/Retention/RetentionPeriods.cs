using Microsoft.Extensions.Configuration;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Retention;

/// <summary>How long what a run left is kept after its end.</summary>
/// <param name="Artifacts">Scripts, series, logs and reports; null as long as the row.</param>
/// <param name="Runs">The rows; as long as the artifacts, or longer; null for ever.</param>
public sealed record RetentionPeriods(TimeSpan? Artifacts, TimeSpan? Runs)
{
    private const string ArtifactDays = "Retention__ArtifactDays";
    private const string RunDays = "Retention__RunDays";
    private const int Longest = 36500;

    /// <summary>
    /// How long artifacts are kept of an import into this very database that was never stored; null (default) as long as other
    /// artifacts.
    /// </summary>
    public TimeSpan? UnfinishedImports { get; init; }

    /// <summary>How long artifacts are kept in the end; null for ever.</summary>
    public TimeSpan? ArtifactAge => Artifacts ?? Runs;

    /// <summary>The settings.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [SettingValues.Root + ArtifactDays, SettingValues.Root + RunDays];

    /// <summary>The periods that a configuration holds.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="otherwise">Those where it holds none.</param>
    /// <returns>The periods, and every problem with them, each naming its setting; usable only where there is none.</returns>
    public static (RetentionPeriods Periods, IReadOnlyList<FieldError> Problems) Read(
        IConfiguration configuration,
        RetentionPeriods otherwise
    )
    {
        var values = new SettingValues(configuration);
        var periods = otherwise with
        {
            Artifacts = Days(values, ArtifactDays, otherwise.Artifacts),
            Runs = Days(values, RunDays, otherwise.Runs),
        };
        if (periods.Runs < periods.Artifacts)
        {
            values.Problems.Add(
                new FieldError(
                    SettingValues.Root + RunDays,
                    $"is less than {SettingValues.Root}{ArtifactDays}",
                    "as many days or more: artifacts without their run cannot be found"
                )
            );
        }
        return (periods, values.Problems);
    }

    private static TimeSpan? Days(SettingValues values, string name, TimeSpan? otherwise) =>
        values.Whole(name, 0, 1, Longest) is > 0 and var days ? TimeSpan.FromDays(days) : otherwise;
}
