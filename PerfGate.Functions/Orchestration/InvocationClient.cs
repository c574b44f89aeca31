using Microsoft.DurableTask.Client;

namespace PerfGate.Functions.Orchestration;

/// <summary>
/// The client of orchestrations that the Functions host gives to an invocation. It comes with a binding and is in no
/// container, so that a function with the binding puts it here.
/// </summary>
public sealed class InvocationClient
{
    private DurableTaskClient? _durable;

    /// <summary>The client.</summary>
    /// <exception cref="InvalidOperationException">The function has no binding of one.</exception>
    public DurableTaskClient Durable
    {
        get =>
            _durable
            ?? throw new InvalidOperationException(
                "This function reaches orchestrations, and has no parameter with [DurableClient]."
            );
        set => _durable = value;
    }
}
