using Microsoft.Extensions.Configuration;
using PerfGate.Adapters.Retention;

namespace PerfGate.Functions.Settings;

/// <summary>How long things are kept after their run has ended.</summary>
/// <param name="Periods">What the run left: artifacts 90 days and rows 730 by default.</param>
/// <param name="Orchestrations">Histories of orchestrations; default 30 days.</param>
public sealed record RetentionSettings(RetentionPeriods Periods, TimeSpan Orchestrations)
{
    private static readonly RetentionPeriods Default = new(TimeSpan.FromDays(90), TimeSpan.FromDays(730));

    /// <summary>Reads them.</summary>
    public static RetentionSettings Read(SettingReader read, IConfiguration configuration)
    {
        var (periods, problems) = RetentionPeriods.Read(configuration, Default);
        foreach (var problem in problems)
        {
            read.Refuse(problem.Field, problem.Problem, problem.Allowed);
        }
        return new RetentionSettings(
            periods,
            TimeSpan.FromDays(read.Number("PerfGate__Retention__OrchestrationDays", 30, 1, 36500))
        );
    }
}
