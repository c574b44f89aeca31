using PerfGate.Core.K6Output;

namespace PerfGate.Core.Metrics;

/// <summary>From the first to the last second of a run: a record far from the others is damaged, or of another run.</summary>
internal sealed class SecondSpan
{
    private long _first = long.MaxValue;
    private long _last = long.MinValue;

    /// <summary>Takes a second in.</summary>
    /// <exception cref="FormatException">It lies more than <see cref="SampleReader.MaxSpanSeconds"/> from another.</exception>
    public void Add(long second)
    {
        var (first, last) = (Math.Min(_first, second), Math.Max(_last, second));
        if ((ulong)(last - first) > SampleReader.MaxSpanSeconds)
        {
            throw new FormatException("Its records lie more than 31 days apart.");
        }
        (_first, _last) = (first, last);
    }
}
