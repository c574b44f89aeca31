using System.Text;
using PerfGate.Core.K6Output;

namespace PerfGate.Tests.K6Output;

public class CsvPointReaderTests
{
    public static TheoryData<string> Releases => Captures.Releases;

    [Theory]
    [MemberData(nameof(Releases))]
    public void Every_row_of_every_release_is_read(string release)
    {
        var csv = Captures.Read(release, "points.csv.gz");
        var reader = new CsvPointReader();
        reader.Append(csv);
        var durations = 0;
        var points = 0L;
        while (reader.TryRead(out var point))
        {
            points++;
            durations += point.Metric.SequenceEqual("http_req_duration"u8) ? 1 : 0;
        }
        Assert.Null(reader.Error);
        Assert.Equal(csv.AsSpan().Count((byte)'\n') - 1, points);
        Assert.Equal(Captures.Rows(release, "http_req_duration").Count, durations);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void Bytes_may_arrive_in_any_portions(string release)
    {
        var csv = Captures.Read(release, "points.csv.gz");
        var reader = new CsvPointReader();
        var values = new List<double>();
        for (var start = 0; start < csv.Length; start += 97)
        {
            reader.Append(csv.AsSpan(start, Math.Min(97, csv.Length - start)));
            while (reader.TryRead(out var point))
            {
                values.Add(point.Value);
            }
        }
        Assert.Null(reader.Error);
        Assert.Equal(AllValues(csv), values);
    }

    [Fact]
    public void Quoted_fields_may_hold_commas_quotes_and_line_breaks()
    {
        var reader = new CsvPointReader();
        reader.Append(
            "metric_name,timestamp,metric_value,check,group\nchecks,7,1.0,\"a, \"\"b\"\"\nc\",\"::g, h\"\nvus,8,2.0,,\n"u8
        );
        Assert.True(reader.TryRead(out var check));
        Assert.Equal("a, \"b\"\nc", Encoding.UTF8.GetString(check.Check));
        Assert.Equal("::g, h", Encoding.UTF8.GetString(check.Group));
        Assert.Equal(7, check.Second);
        Assert.True(reader.TryRead(out var vus));
        Assert.Equal(2, vus.Value);
        Assert.False(reader.TryRead(out _));
        Assert.Null(reader.Error);
    }

    [Fact]
    public void Columns_are_found_by_the_header_and_may_be_missing()
    {
        var reader = new CsvPointReader();
        reader.Append("scenario,metric_value,unknown,timestamp,metric_name\nbrowse,3.5,x,9,vus\n"u8);
        Assert.True(reader.TryRead(out var point));
        Assert.Equal("browse", Encoding.UTF8.GetString(point.Scenario));
        Assert.Equal((9, 3.5), (point.Second, point.Value));
        Assert.True(point.Error.IsEmpty);
    }

    [Fact]
    public void A_last_line_that_was_cut_off_is_left_alone()
    {
        var reader = new CsvPointReader();
        reader.Append("metric_name,timestamp,metric_value\nvus,9,1.0\nvus,10,1."u8);
        Assert.True(reader.TryRead(out _));
        Assert.False(reader.TryRead(out _));
        Assert.Null(reader.Error);
        Assert.True(reader.HasCutLine);
    }

    [Theory]
    [InlineData("vus,9\n", "2 fields")]
    [InlineData("vus,9,1.0,x\n", "4 fields")]
    [InlineData("vus,soon,1.0\n", "timestamp")]
    [InlineData("vus,1795400632000000,1.0\n", "timestamp")]
    [InlineData("vus,9,many\n", "metric_value")]
    [InlineData("vus,9,NaN\n", "metric_value")]
    [InlineData(",9,1.0\n", "metric_name")]
    [InlineData("\n", "fields")]
    [InlineData("\"vus\"x\",9,1.0\"\n", "quoted")]
    public void Anything_that_is_no_row_of_k6_is_an_error_with_its_line(string row, string problem)
    {
        var reader = new CsvPointReader();
        reader.Append(Encoding.UTF8.GetBytes("metric_name,timestamp,metric_value\nvus,9,1.0\n" + row + "vus,9,1.0\n"));
        Assert.True(reader.TryRead(out _));
        Assert.False(reader.TryRead(out _));
        Assert.Equal(3, reader.Error?.Line);
        Assert.Contains(problem, reader.Error?.Problem);
        Assert.False(reader.TryRead(out _));
    }

    [Fact]
    public void A_header_without_a_needed_column_is_refused()
    {
        var reader = new CsvPointReader();
        reader.Append("metric_name,time,metric_value\n"u8);
        Assert.False(reader.TryRead(out _));
        Assert.Equal(new CsvError(1, "the header has no column timestamp"), reader.Error);
    }

    [Fact]
    public void Reading_rows_allocates_nothing()
    {
        var csv = Captures.Read("v2.2.0", "points.csv.gz");
        var reader = new CsvPointReader();
        reader.Append(csv);
        reader.TryRead(out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var points = 0;
        while (reader.TryRead(out _))
        {
            points++;
        }
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(points > 2000);
        Assert.Equal(0, allocated);
    }

    private static List<double> AllValues(byte[] csv)
    {
        var reader = new CsvPointReader();
        reader.Append(csv);
        var values = new List<double>();
        while (reader.TryRead(out var point))
        {
            values.Add(point.Value);
        }
        return values;
    }
}
