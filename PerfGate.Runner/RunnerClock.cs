using PerfGate.Core.Runners;

namespace PerfGate.Runner;

/// <summary>
/// The runner's clock: begins with the machine's, and counts on by its steady part, so that a clock that is set under a run changes
/// nothing. Where the machine's clock cannot be right, since it is before the order or long after it, it begins with the server's.
/// </summary>
internal sealed class RunnerClock : TimeProvider
{
    // Clocks that somebody keeps differ by less.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _machine;
    private readonly DateTimeOffset _begin;
    private readonly long _begun;

    private RunnerClock(TimeProvider machine, DateTimeOffset begin) =>
        (_machine, _begin, _begun) = (machine, begin, machine.GetTimestamp());

    /// <summary>The clock by which an order is carried out that has been read this moment.</summary>
    public static RunnerClock Of(RunnerOrder order, TimeProvider machine)
    {
        var now = machine.GetUtcNow();
        var isWrong =
            order.IssuedAt is { } issued && (now < issued - Tolerance || now > issued + order.ReadWithin + Tolerance);
        return new RunnerClock(machine, isWrong ? order.IssuedAt!.Value : now);
    }

    /// <inheritdoc />
    public override long TimestampFrequency => _machine.TimestampFrequency;

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => _begin + _machine.GetElapsedTime(_begun);

    /// <inheritdoc />
    public override long GetTimestamp() => _machine.GetTimestamp();

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _machine.CreateTimer(callback, state, dueTime, period);
}
