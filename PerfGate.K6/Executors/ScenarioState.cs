using System.Diagnostics;
using PerfGate.K6.Metrics;
using PerfGate.K6.Options;

namespace PerfGate.K6.Executors;

/// <summary>A scenario while it runs: its tags and its count of iterations.</summary>
public sealed class ScenarioState
{
    private readonly SegmentTuple _dealt;
    private long _iterations = -1;

    /// <summary>Makes the state of a scenario.</summary>
    /// <param name="options">The scenario.</param>
    /// <param name="test">Options of the test.</param>
    /// <param name="dealt">How iterations are dealt out to the segments.</param>
    public ScenarioState(ScenarioOptions options, TestOptions test, SegmentTuple dealt)
    {
        Options = options;
        _dealt = dealt;
        var tags = test.Tags.Aggregate(TagSet.Empty, (set, tag) => set.With(tag.Key, tag.Value));
        MetricTags = test.SystemTags.Contains("scenario") ? tags.With("scenario", options.Name) : tags;
        Tags = options.Tags.Aggregate(MetricTags, (set, tag) => set.With(tag.Key, tag.Value));
    }

    /// <summary>The scenario.</summary>
    public ScenarioOptions Options { get; }

    /// <summary>Tags of what its VUs measure.</summary>
    public TagSet Tags { get; }

    /// <summary>Tags of what the executor itself reports.</summary>
    public TagSet MetricTags { get; }

    /// <summary>Stopwatch reading at its start.</summary>
    public long StartedAt { get; internal set; }

    /// <summary>Share of its regular duration that is over, 0 to 1.</summary>
    public double Progress =>
        StartedAt == 0 || Options.RegularDuration <= TimeSpan.Zero
            ? 0
            : Math.Min(1, Stopwatch.GetElapsedTime(StartedAt) / Options.RegularDuration);

    /// <summary>Numbers of the next iteration, from 0: here, and in the whole test.</summary>
    public (long Local, long Global) NextIteration()
    {
        var local = Interlocked.Increment(ref _iterations);
        return (local, _dealt.Global(local));
    }
}
