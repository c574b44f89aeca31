using System.Diagnostics;
using System.Globalization;

namespace PerfGate.Demo;

/// <summary>Tells when another process is gone.</summary>
internal static class ParentWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Returns within a second of the end of the process; at once where there is none.</summary>
    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    public static async Task WaitForEndAsync(int processId, TimeProvider time, CancellationToken cancellation)
    {
        var begun = Start(processId);
        // A process id may be given anew: only the same start is the same process.
        while (begun is not null && Start(processId) == begun)
        {
            await Task.Delay(Interval, time, cancellation);
        }
    }

    /// <summary>When a process began, in whatever unit; null where there is none, or only its remains.</summary>
    private static string? Start(int processId)
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                // proc(5): the program's name stands in parentheses and may hold spaces; state is the first field after
                // it, start time the 20th.
                var stat = File.ReadAllText(FormattableString.Invariant($"/proc/{processId}/stat"));
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                return fields[0] is "Z" or "X" ? null : fields[19];
            }
            using var process = Process.GetProcessById(processId);
            return process.StartTime.Ticks.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception gone)
            when (gone is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
