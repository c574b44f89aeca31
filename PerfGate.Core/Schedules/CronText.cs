using System.Diagnostics.CodeAnalysis;
using Cronos;

namespace PerfGate.Core.Schedules;

/// <summary>Cron expressions of five fields, as a stranger writes them.</summary>
internal static class CronText
{
    /// <summary>Reads one; false with what is wrong, a sentence's end, where it is none.</summary>
    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out CronExpression? cron,
        [NotNullWhen(false)] out string? problem
    )
    {
        try
        {
            (cron, problem) = (CronExpression.Parse(text), null);
            return true;
        }
        catch (CronFormatException wrong)
        {
            (cron, problem) = (null, wrong.Message);
            return false;
        }
        catch (MissingSeedException)
        {
            // Jenkins' H, for a time that each job has for itself.
            (cron, problem) = (null, "H stands for no time here");
            return false;
        }
    }
}
