using PerfGate.Core.K6Output;
using PerfGate.Core.Runners;

namespace PerfGate.Runner.Load;

/// <summary>Says why an engine ended.</summary>
internal static class EngineEnd
{
    // What a process killed by a signal seems to return; k6's own statuses are below 128, but for v0.49's 255.
    private const int SignalBase = 128;
    private const int HighestSignal = 64;

    /// <summary>k6: interrupted by a signal.</summary>
    private const int Interrupted = 105;

    /// <summary>The end record so far as engine, reason and log tell.</summary>
    public static RunnerEnd Of(int exitCode, StopReason? stopped, OutputProblem? csvProblem, EngineLog log)
    {
        var wasKilled = exitCode is > SignalBase and <= SignalBase + HighestSignal or < 0;
        var (cause, detail) = (stopped, csvProblem) switch
        {
            ({ } reason, _) => (reason.Cause, reason.Detail),
            (_, { } error) => (
                RunnerEndCause.RunnerFault,
                FormattableString.Invariant(
                    $"Line {error.Line} of the engine's samples cannot be read: {error.Problem}."
                )
            ),
            _ when wasKilled => (
                RunnerEndCause.Killed,
                FormattableString.Invariant(
                    $"The engine was ended by signal {exitCode - SignalBase}, not sent by its runner."
                )
            ),
            _ when exitCode == Interrupted => (
                RunnerEndCause.Stopped,
                "The engine was interrupted by a signal, not sent by its runner."
            ),
            _ => (RunnerEndCause.Finished, exitCode == 0 ? null : log.LastError),
        };
        return new RunnerEnd
        {
            Engine = "",
            ExitCode = wasKilled ? null : exitCode,
            Cause = cause,
            Detail = detail,
            EndedAt = default,
            EarlyStop = stopped?.EarlyStop,
            ScriptExceptions = log.ScriptExceptions,
            FirstScriptException = log.FirstScriptException,
        };
    }
}
