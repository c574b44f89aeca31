using PerfGate.Adapters.Retention;

namespace PerfGate.Functions.Settings;

/// <summary>How long things are kept after their run has ended.</summary>
/// <param name="Periods">What the run left: artifacts 90 days and rows 730 by default.</param>
/// <param name="Orchestrations">Histories of orchestrations; default 30 days.</param>
public sealed record RetentionSettings(RetentionPeriods Periods, TimeSpan Orchestrations)
{
    private const int Longest = 36500;

    /// <summary>Reads them.</summary>
    public static RetentionSettings Read(SettingReader read)
    {
        var artifacts = Days(read, "PerfGate__Retention__ArtifactDays", 90);
        var runs = Days(read, "PerfGate__Retention__RunDays", 730);
        if (runs < artifacts)
        {
            read.Refuse(
                "PerfGate__Retention__RunDays",
                "is less than PerfGate__Retention__ArtifactDays",
                "as many days or more: artifacts without their run cannot be found"
            );
        }
        return new RetentionSettings(
            new RetentionPeriods(artifacts, runs),
            Days(read, "PerfGate__Retention__OrchestrationDays", 30)
        );
    }

    private static TimeSpan Days(SettingReader read, string name, int otherwise) =>
        TimeSpan.FromDays(read.Number(name, otherwise, 1, Longest));
}
