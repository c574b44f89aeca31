namespace PerfGate.Core.Runners;

/// <summary>
/// When a runner and its parts began and ended, for the server to tell of. A runner may be in the hands of its target, so that
/// nothing of it is used that is not <see cref="Between"/> what the server knows.
/// </summary>
public sealed record RunnerTimes
{
    /// <summary>The span that asked for the runner, as the order had it (<see cref="RunnerOrder.Traceparent"/>).</summary>
    public string? Traceparent { get; init; }

    /// <summary>From the order to the end record.</summary>
    public RunnerPeriod? Runner { get; init; }

    /// <summary>The look whether the engine takes the script; null where it did not come to that.</summary>
    public RunnerPeriod? CheckScript { get; init; }

    /// <summary>The load; null where it did not come to that.</summary>
    public RunnerPeriod? ApplyLoad { get; init; }

    /// <summary>
    /// What of it can be true: null where the runner's own period does not lie between the two times, and without the parts that
    /// do not lie within that.
    /// </summary>
    public RunnerTimes? Between(DateTimeOffset earliest, DateTimeOffset latest) =>
        Runner is { } runner && runner.IsBetween(earliest, latest)
            ? this with
            {
                CheckScript = Within(CheckScript, runner),
                ApplyLoad = Within(ApplyLoad, runner),
            }
            : null;

    private static RunnerPeriod? Within(RunnerPeriod? part, RunnerPeriod whole) =>
        part is not null && part.IsBetween(whole.Begun, whole.Ended) ? part : null;
}

/// <summary>A part of a runner's life.</summary>
/// <param name="Begun">When it began, UTC.</param>
/// <param name="Ended">When it ended, UTC.</param>
public sealed record RunnerPeriod(DateTimeOffset Begun, DateTimeOffset Ended)
{
    /// <summary>Whether it begins and ends within the two times, and does not end before it begins.</summary>
    public bool IsBetween(DateTimeOffset earliest, DateTimeOffset latest) =>
        earliest <= Begun && Begun <= Ended && Ended <= latest;
}
