using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace PerfGate.Runner.Engines;

/// <summary>
/// Makes the engine die with the runner, even where the runner is killed without a chance to clean up: the runner starts
/// itself once more with this verb; that process asks the kernel for SIGKILL at its parent's death, and then becomes the
/// engine (the request survives <c>execve</c>). The engine gets a session of its own as well, so that Ctrl+C in a terminal
/// reaches the runner alone: k6 takes a second SIGINT as an order to leave without a summary.
/// </summary>
internal static class ExecWithParent
{
    public const string Verb = "exec-with-parent";

    /// <summary>The command that runs <paramref name="command"/> so; the command itself where the system cannot.</summary>
    public static IReadOnlyList<string> Wrap(IReadOnlyList<string> command)
    {
        if (OperatingSystem.IsWindows())
        {
            return command;
        }
        var self = Environment.ProcessPath ?? "dotnet";
        var assembly = Path.Combine(AppContext.BaseDirectory, Assembly.GetExecutingAssembly().GetName().Name + ".dll");
        string[] start =
            Path.GetFileNameWithoutExtension(self) == "dotnet" || !File.Exists(self) ? [self, assembly] : [self];
        return [.. start, Verb, Environment.ProcessId.ToString(CultureInfo.InvariantCulture), "--", .. command];
    }

    /// <summary>Becomes the command. Returns, with 127, only where that fails.</summary>
    public static int Run(string parent, string[] command)
    {
        _ = Native.SetSessionId();
        if (OperatingSystem.IsLinux())
        {
            _ = Native.Prctl(Native.SetParentDeathSignal, Native.SigKill, 0, 0, 0);
            // The parent may have died before the request was made.
            if (Native.GetParentProcessId().ToString(CultureInfo.InvariantCulture) != parent)
            {
                return 127;
            }
        }
        // .NET ignores SIGPIPE, and what is ignored stays so across exec.
        _ = Native.Signal(Native.SigPipe, 0);
        var arguments = command.Select(Marshal.StringToCoTaskMemUTF8).Append(0).ToArray();
        _ = Native.Exec(command[0], arguments);
        Console.Error.WriteLine($"{command[0]} could not be started: {Marshal.GetLastPInvokeErrorMessage()}");
        return 127;
    }
}
