namespace PerfGate.Tests.Support;

/// <summary>The machine's clock, which somebody sets: its time of day is off by so much; its steady part is as it is.</summary>
internal sealed class SetClock : TimeProvider
{
    private long _offset;

    /// <summary>How far it is ahead; negative for behind.</summary>
    public TimeSpan Offset
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _offset));
        set => Interlocked.Exchange(ref _offset, value.Ticks);
    }

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Offset;
}
