namespace PerfGate.Functions.Settings;

/// <summary>How long things are kept after their run has ended.</summary>
/// <param name="Artifacts">Scripts, series, logs, reports; default 90 days.</param>
/// <param name="Orchestrations">Histories of orchestrations; default 30 days.</param>
/// <param name="Runs">Rows of runs; default 730 days. Those that are part of a baseline's past are kept for ever.</param>
public sealed record RetentionSettings(TimeSpan Artifacts, TimeSpan Orchestrations, TimeSpan Runs)
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
        return new RetentionSettings(artifacts, Days(read, "PerfGate__Retention__OrchestrationDays", 30), runs);
    }

    private static TimeSpan Days(SettingReader read, string name, int otherwise) =>
        TimeSpan.FromDays(read.Number(name, otherwise, 1, Longest));
}
