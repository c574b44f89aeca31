using HdrHistogram;
using HdrHistogram.Utilities;
using PerfGate.Core.K6Output;

namespace PerfGate.Tests.K6Output;

public class DurationSketchTests
{
    [Theory]
    [InlineData(1, 2_000)]
    [InlineData(2, 1_000_000)]
    [InlineData(3, DurationSketch.HighestMicroseconds)]
    public void A_payload_read_here_is_what_the_library_reads(int seed, long highest)
    {
        var random = new Random(seed);
        var source = new IntHistogram(DurationSketch.HighestMicroseconds, DurationSketch.Digits);
        source.RecordValue(0);
        for (var i = 0; i < 3000; i++)
        {
            source.RecordValueWithCount(random.NextInt64(highest + 1), random.Next(1, 300));
        }
        source.RecordValue(highest);
        var payload = Encode(source);

        var here = Empty();
        new DurationSketch(source.TotalCount, 0, 0, 0, payload).AddTo(here);
        var library = Empty();
        library.Add(HistogramEncoding.DecodeFromCompressedByteBuffer(ByteBuffer.Allocate(payload), 0));

        Assert.Equal(source.TotalCount, here.TotalCount);
        Assert.Equal(
            library.RecordedValues().Select(v => (v.ValueIteratedTo, v.CountAtValueIteratedTo)),
            here.RecordedValues().Select(v => (v.ValueIteratedTo, v.CountAtValueIteratedTo))
        );
    }

    [Fact]
    public void Damage_to_a_payload_is_a_format_error_wherever_it_is()
    {
        var source = new IntHistogram(DurationSketch.HighestMicroseconds, DurationSketch.Digits);
        source.RecordValue(12_345);
        var payload = Encode(source);
        for (var length = 1; length < payload.Length; length++)
        {
            var cut = new DurationSketch(1, 0, 0, 0, payload.AsMemory(0, length));
            Assert.Throws<FormatException>(() => cut.AddTo(Empty()));
        }
    }

    [Fact]
    public void Durations_beyond_an_hour_count_as_an_hour()
    {
        var gatherer = new DurationGatherer();
        gatherer.Add(2 * 3_600_000d);
        var total = Empty();
        var sketch = gatherer.Take();
        sketch.AddTo(total);
        Assert.Equal(1, total.TotalCount);
        Assert.Equal(7_200_000, sketch.MaxMs);
    }

    private static LongHistogram Empty() => new(DurationSketch.HighestMicroseconds, DurationSketch.Digits);

    private static byte[] Encode(HistogramBase histogram)
    {
        var buffer = ByteBuffer.Allocate(histogram.GetNeededByteBufferCapacity());
        var length = histogram.EncodeIntoCompressedByteBuffer(buffer);
        buffer.Position = 0;
        return [.. Enumerable.Range(0, length).Select(_ => buffer.Get())];
    }
}
