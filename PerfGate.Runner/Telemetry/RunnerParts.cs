using System.Diagnostics;
using PerfGate.Core.Runners;

namespace PerfGate.Runner.Telemetry;

/// <summary>
/// Parts of a runner's life, each with its span. Where the runner itself sends none, they go with its end record, and the server tells
/// of them: a runner in a container may have no way out to whoever listens.
/// </summary>
/// <param name="order">The order.</param>
/// <param name="isTold">Whether the runner sends its spans itself.</param>
/// <param name="time">The runner's clock; its life begins now.</param>
internal sealed class RunnerParts(RunnerOrder order, bool isTold, TimeProvider time)
{
    private readonly DateTimeOffset _begun = time.GetUtcNow();
    private readonly Dictionary<string, RunnerPeriod> _parts = [];

    /// <summary>Begins a part; it ends when it is disposed.</summary>
    public IDisposable Begin(string name) => new Part(this, name);

    /// <summary>The end record with the times, which end now; as it is where the runner tells them itself, or nobody wants them.</summary>
    public RunnerEnd AddTo(RunnerEnd end) =>
        isTold || order.Traceparent is not { } traceparent
            ? end
            : end with
            {
                Times = new RunnerTimes
                {
                    Traceparent = traceparent,
                    Runner = new RunnerPeriod(_begun, time.GetUtcNow()),
                    CheckScript = _parts.GetValueOrDefault(RunnerSpans.CheckScript),
                    ApplyLoad = _parts.GetValueOrDefault(RunnerSpans.ApplyLoad),
                },
            };

    private sealed class Part(RunnerParts parts, string name) : IDisposable
    {
        private readonly DateTimeOffset _begun = parts.Now();
        private readonly Activity? _span = RunnerTrace.Begin(name);

        public void Dispose()
        {
            _span?.Dispose();
            parts._parts[name] = new RunnerPeriod(_begun, parts.Now());
        }
    }

    private DateTimeOffset Now() => time.GetUtcNow();
}
