using HdrHistogram;
using HdrHistogram.Utilities;
using PerfGate.Core.K6Output;

namespace PerfGate.Tests.K6Output;

public class DurationSketchTests
{
    [Theory]
    [InlineData(1, 2, 2_000)]
    [InlineData(2, 300, 1_000_000)]
    [InlineData(3, 3000, 600_000_000_000)]
    [InlineData(4, 100_000, 50_000_000)]
    public void A_payload_written_here_is_what_the_library_reads(int seed, int samples, long highest)
    {
        var random = new Random(seed);
        var gatherer = new DurationGatherer();
        var expected = new LongHistogram(HistogramScale.Highest, HistogramScale.Digits);
        for (var i = 0; i < samples; i++)
        {
            var units = random.NextInt64(highest + 1);
            gatherer.Add(units / 1e6);
            expected.RecordValue(units);
        }
        var payload = gatherer.Take().Histogram.ToArray();
        var library = HistogramEncoding.DecodeFromCompressedByteBuffer(ByteBuffer.Allocate(payload), 0);
        Assert.Equal(Values(expected), Values(library));
        Assert.Equal(Values(expected), Values(Read(payload)));
    }

    [Theory]
    [InlineData(1, 2_000)]
    [InlineData(2, 1_000_000)]
    [InlineData(3, 600_000_000_000)]
    public void A_payload_of_the_library_is_read(int seed, long highest)
    {
        var random = new Random(seed);
        var source = new IntHistogram(HistogramScale.Highest, HistogramScale.Digits);
        source.RecordValue(0);
        for (var i = 0; i < 3000; i++)
        {
            source.RecordValueWithCount(random.NextInt64(highest + 1), random.Next(1, 300));
        }
        source.RecordValue(highest);
        Assert.Equal(Values(source), Values(Read(Encode(source))));
    }

    [Fact]
    public void A_payload_of_the_first_version_was_of_microseconds()
    {
        var source = new IntHistogram(3_600_000_000, HistogramScale.Digits);
        source.RecordValueWithCount(250, 7);
        source.RecordValue(1_234_567);
        source.RecordValue(3_600_000_000);
        var counts = Read(Encode(source));
        Assert.Equal(9, counts.Total);
        Assert.InRange(counts.AtRank(0).At, 249_900, 250_100);
        Assert.InRange(counts.AtRank(7).At, 1_233_300_000, 1_235_800_000);
        Assert.InRange(counts.AtRank(8).At, 3_598_000_000_000, 3_602_000_000_000);
    }

    [Fact]
    public void Damage_to_a_payload_is_a_format_error_wherever_it_is()
    {
        var gatherer = new DurationGatherer();
        gatherer.Add(12.345);
        var payload = gatherer.Take().Histogram;
        for (var length = 1; length < payload.Length; length++)
        {
            var cut = new DurationSketch(1, 0, 0, 0, payload[..length]);
            Assert.Throws<FormatException>(() => cut.AddTo(new ValueCounts()));
        }
    }

    [Fact]
    public void Durations_beyond_an_hour_count_as_an_hour()
    {
        var gatherer = new DurationGatherer();
        gatherer.Add(2 * 3_600_000d);
        var total = new ValueCounts();
        var sketch = gatherer.Take();
        sketch.AddTo(total);
        Assert.Equal(1, total.Total);
        Assert.Equal(7_200_000, sketch.MaxMs);
    }

    [Fact]
    public void A_gatherer_is_empty_again_after_its_sketch_was_taken()
    {
        var gatherer = new DurationGatherer();
        gatherer.Add(1);
        gatherer.Add(1000);
        gatherer.Take();
        Assert.Same(DurationSketch.Empty, gatherer.Take());
        gatherer.Add(3);
        var sketch = gatherer.Take();
        Assert.Equal((1, 3, 3, 3), (sketch.Count, sketch.SumMs, sketch.MinMs, sketch.MaxMs));
        Assert.Equal(1, Read(sketch.Histogram.ToArray()).Total);
    }

    private static List<(long, long)> Values(HistogramBase histogram) =>
        [.. histogram.RecordedValues().Select(v => (Place(v.ValueIteratedTo), v.CountAtValueIteratedTo))];

    private static List<(long, long)> Values(ValueCounts counts) =>
        [.. counts.Held().Select(held => ((long)held.Index, held.Count))];

    private static long Place(long value) => HistogramScale.IndexOf(value);

    private static ValueCounts Read(byte[] payload)
    {
        var counts = new ValueCounts();
        new DurationSketch(1, 0, 0, 0, payload).AddTo(counts);
        return counts;
    }

    private static byte[] Encode(HistogramBase histogram)
    {
        var buffer = ByteBuffer.Allocate(histogram.GetNeededByteBufferCapacity());
        var length = histogram.EncodeIntoCompressedByteBuffer(buffer);
        buffer.Position = 0;
        return [.. Enumerable.Range(0, length).Select(_ => buffer.Get())];
    }
}
