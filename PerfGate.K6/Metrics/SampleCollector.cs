using System.Threading.Channels;

namespace PerfGate.K6.Metrics;

/// <summary>Takes samples in.</summary>
public interface ISampleOutput
{
    /// <summary>Adds samples; called from one thread at a time.</summary>
    void Add(ReadOnlySpan<Sample> samples);

    /// <summary>Passes on what is held back.</summary>
    void Flush();
}

/// <summary>
/// Carries samples from VU threads to the outputs: each VU fills a buffer of its own without locks between VUs, and hands it
/// over when its iteration ends.
/// </summary>
public sealed class SampleCollector(IReadOnlyList<ISampleOutput> outputs, TimeProvider time)
{
    private static readonly TimeSpan FlushInterval = TimeSpan.FromMilliseconds(500);

    private readonly Channel<Sample[]> _batches = Channel.CreateUnbounded<Sample[]>(
        new UnboundedChannelOptions { SingleReader = true }
    );

    /// <summary>Hands samples over.</summary>
    public void Add(Sample[] samples)
    {
        if (samples.Length > 0)
        {
            _batches.Writer.TryWrite(samples);
        }
    }

    /// <summary>No more will come.</summary>
    public void Complete() => _batches.Writer.TryComplete();

    /// <summary>Feeds the outputs until <see cref="Complete"/>; nothing is lost.</summary>
    public async Task RunAsync()
    {
        var lastFlush = time.GetTimestamp();
        while (await _batches.Reader.WaitToReadAsync())
        {
            while (_batches.Reader.TryRead(out var batch))
            {
                foreach (var output in outputs)
                {
                    output.Add(batch);
                }
            }
            if (time.GetElapsedTime(lastFlush) >= FlushInterval)
            {
                Flush();
                lastFlush = time.GetTimestamp();
            }
        }
        Flush();
    }

    private void Flush()
    {
        foreach (var output in outputs)
        {
            output.Flush();
        }
    }
}
