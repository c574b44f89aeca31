using System.Text;
using PerfGate.Core.K6Output;
using PerfGate.Core.Metrics;

namespace PerfGate.Tests.K6Output;

public class SecondRecordJsonTests
{
    [Fact]
    public void A_series_reads_back_as_it_was_written()
    {
        var records = Captures.Condense(Captures.Read("v1.3.0", "points.csv.gz"));
        var ndjson = records.SelectMany(SecondRecordJson.Write).ToArray();
        var read = SecondRecordJson.ReadLines(ndjson, out var used);

        Assert.Equal(ndjson.Length, used);
        Assert.Equal(records.Count, read.Count);
        Assert.Equal(ndjson, read.SelectMany(SecondRecordJson.Write));
        Assert.Equal(Metrics(records).Overall, Metrics(read).Overall);
        Assert.Equal(Metrics(records).Checks, Metrics(read).Checks);
        Assert.Equal(Metrics(records).Failures, Metrics(read).Failures);
    }

    [Fact]
    public void A_line_still_being_written_and_empty_lines_are_passed_over()
    {
        var line = SecondRecordJson.Write(new SecondRecord { Second = 5, Vus = 1 });
        byte[] series = [.. line, (byte)'\n', .. line, .. line.AsSpan(0, 9)];
        var records = SecondRecordJson.ReadLines(series, out var used);
        Assert.Equal(2, records.Count);
        Assert.Equal((2 * line.Length) + 1, used);
    }

    [Theory]
    [InlineData("""{"v":3,"t":5}""", "version 3")]
    [InlineData("""{"v":1}""", "not a record")]
    [InlineData("""{"v":1,"t":5,"req":[{"s":"a"}]}""", "not a record")]
    [InlineData("""{"v":1,"t":""", "not a record")]
    public void A_whole_line_that_is_no_record_is_refused_by_its_number(string line, string problem)
    {
        var series = Encoding.UTF8.GetBytes("{\"v\":1,\"t\":4}\n" + line + "\n");
        var refused = Assert.Throws<FormatException>(() => SecondRecordJson.ReadLines(series, out _));
        Assert.StartsWith("Line 2:", refused.Message);
        Assert.Contains(problem, refused.Message);
    }

    [Fact]
    public void A_damaged_histogram_is_a_format_error()
    {
        var sketch = new DurationSketch(1, 1, 1, 1, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9 });
        var record = new SecondRecord
        {
            Second = 5,
            Requests = [new("a", "", "GET /", 1, 0, sketch, DurationSketch.Empty)],
        };
        Assert.Throws<FormatException>(() => new RunMetricsBuilder().Add(0, record));
    }

    private static RunMetrics Metrics(IReadOnlyList<SecondRecord> records)
    {
        var builder = new RunMetricsBuilder();
        foreach (var record in records)
        {
            builder.Add(0, record);
        }
        return builder.Build([], []);
    }
}
