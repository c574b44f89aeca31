using System.Diagnostics;

namespace PerfGate.Bench.Fuzz;

/// <summary>What came of the inputs of a target. Safe for several at once.</summary>
/// <param name="target">Its name.</param>
internal sealed class FuzzTally(string target)
{
    private const int MostKinds = 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, FuzzFault> _faults = [];

    /// <summary>Name of the target.</summary>
    public string Target => target;

    /// <summary>Inputs given.</summary>
    public long Inputs { get; private set; }

    /// <summary>Inputs that broke a property other than <see cref="ServerErrors"/>.</summary>
    public long Crashes { get; private set; }

    /// <summary>Answers of 500 and above; null where nothing is asked over HTTP.</summary>
    public long? ServerErrors { get; private set; }

    /// <summary>Longest that one took.</summary>
    public TimeSpan Slowest { get; private set; }

    /// <summary>Most that one had allocated, bytes; null where that is not measured.</summary>
    public long? MostAllocated { get; private set; }

    /// <summary>One input for each kind of fault.</summary>
    public IReadOnlyList<FuzzFault> Faults => [.. _faults.Values];

    /// <summary>Whether there is enough to look at.</summary>
    public bool HasEnough => _faults.Count >= MostKinds;

    /// <summary>Says that this target is asked over HTTP.</summary>
    public FuzzTally OverHttp()
    {
        ServerErrors = 0;
        return this;
    }

    /// <summary>Counts an input.</summary>
    public void Count(long begun, long? allocated)
    {
        var elapsed = Stopwatch.GetElapsedTime(begun);
        lock (_lock)
        {
            Inputs++;
            Slowest = elapsed > Slowest ? elapsed : Slowest;
            MostAllocated = allocated is { } bytes ? Math.Max(MostAllocated ?? 0, bytes) : MostAllocated;
        }
    }

    /// <summary>Notes a fault.</summary>
    public void Note(FuzzFault fault, bool isServerError = false)
    {
        lock (_lock)
        {
            (Crashes, ServerErrors) = isServerError ? (Crashes, ServerErrors + 1) : (Crashes + 1, ServerErrors);
            // The shortest is the easiest to understand.
            if (!_faults.TryGetValue(fault.Kind, out var known) || known.Input.Length > fault.Input.Length)
            {
                _faults[fault.Kind] = fault;
            }
        }
    }
}
