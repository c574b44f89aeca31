using System.Runtime.InteropServices;

namespace PerfGate.Host.Commands;

/// <summary>
/// Ctrl+C and its like: the first asks the command to end what it began, the second ends the process at once. Child processes
/// notice by their pipes.
/// </summary>
public sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _signal;

    /// <summary>Takes the process's signals.</summary>
    public Interruption()
    {
        (PosixSignal Signal, int Number)[] signals =
        [
            (PosixSignal.SIGHUP, 1),
            (PosixSignal.SIGINT, 2),
            (PosixSignal.SIGQUIT, 3),
            (PosixSignal.SIGTERM, 15),
        ];
        foreach (var (signal, number) in signals)
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context => Take(context, number)));
        }
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Exit code of a process that a signal ended.</summary>
    public int ExitCode => ExitCodes.Signal + _signal;

    /// <inheritdoc />
    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _source.Dispose();
    }

    private void Take(PosixSignalContext context, int number)
    {
        context.Cancel = true;
        if (Interlocked.CompareExchange(ref _signal, number, 0) == 0)
        {
            _source.Cancel();
        }
        else
        {
            Environment.Exit(ExitCodes.Signal + number);
        }
    }
}
