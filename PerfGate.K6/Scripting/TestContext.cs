using System.Collections.Concurrent;
using System.Diagnostics;
using PerfGate.K6.Http;
using PerfGate.K6.Metrics;
using PerfGate.K6.Options;

namespace PerfGate.K6.Scripting;

/// <summary>What all VUs of a test share.</summary>
public sealed class TestContext : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private string? _abortMessage;
    private int _abortCode;

    /// <summary>The parsed script.</summary>
    public required ScriptSource Source { get; init; }

    /// <summary>Where samples go.</summary>
    public required SampleCollector Collector { get; init; }

    /// <summary>All metrics.</summary>
    public required MetricRegistry Registry { get; init; }

    /// <summary>k6's own metrics.</summary>
    public required BuiltInMetrics Metrics { get; init; }

    /// <summary>k6's log.</summary>
    public required ScriptLog Log { get; init; }

    /// <summary><c>__ENV</c>.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>The options; those of k6 before the script's init code has been run for the first time.</summary>
    public TestOptions Options { get; set; } = new();

    /// <summary>The part of the test that runs here.</summary>
    public SegmentTuple Segment { get; init; } = SegmentTuple.Whole;

    /// <summary>Opens connections.</summary>
    public Dialer Dialer { get; set; } = new(new TestOptions());

    /// <summary>Holds requests back where <c>rps</c> says so.</summary>
    public RequestRate? Rate { get; set; }

    /// <summary>Data of SharedArrays, as JSON by name.</summary>
    public ConcurrentDictionary<string, Lazy<string[]>> SharedArrays { get; } = new();

    /// <summary>Files that <c>open()</c> has read.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    /// <summary>What setup() returned, as JSON; null for undefined.</summary>
    public string? SetupData { get; set; }

    /// <summary>Stopwatch reading at the start of the load.</summary>
    public long StartedAt { get; set; } = Stopwatch.GetTimestamp();

    /// <summary>Cancelled where the test must stop now.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <summary>Whether the script called test.fail().</summary>
    public bool MarkedAsFailed { get; set; }

    /// <summary>Counters of what goes on.</summary>
    public RunCounters Counters { get; } = new();

    /// <summary>Why the test was stopped, and the exit code for it; null where it was not.</summary>
    public (string Message, int ExitCode)? Abortion => _abortMessage is null ? null : (_abortMessage, _abortCode);

    /// <summary>Stops the test; the first reason stands.</summary>
    public void Abort(string message, int exitCode)
    {
        lock (_stop)
        {
            if (_abortMessage is not null)
            {
                return;
            }
            _abortCode = exitCode;
            _abortMessage = message;
        }
        _stop.Cancel();
    }

    /// <inheritdoc />
    public void Dispose() => _stop.Dispose();
}

/// <summary>What goes on in a test, for <c>k6/execution</c>, the vus metrics and the progress line.</summary>
public sealed class RunCounters
{
    private int _active;
    private int _initialized;
    private long _complete;
    private long _interrupted;

    /// <summary>VUs that are at work.</summary>
    public int ActiveVus => Volatile.Read(ref _active);

    /// <summary>VUs that exist.</summary>
    public int InitializedVus => Volatile.Read(ref _initialized);

    /// <summary>Iterations that went to their end, by an exception too.</summary>
    public long Complete => Volatile.Read(ref _complete);

    /// <summary>Iterations that were cut off.</summary>
    public long Interrupted => Volatile.Read(ref _interrupted);

    internal void AddActive(int by) => Interlocked.Add(ref _active, by);

    internal void AddInitialized() => Interlocked.Increment(ref _initialized);

    internal void AddIteration(bool complete) => Interlocked.Increment(ref complete ? ref _complete : ref _interrupted);
}

/// <summary>The script called test.abort(); no <c>catch</c> of the script sees it.</summary>
internal sealed class TestAbortedException(string message) : Exception(message);

/// <summary>The iteration is cut off: the test or its scenario is over.</summary>
internal sealed class InterruptedException() : OperationCanceledException("iteration interrupted");
