using System.Text;
using PerfGate.Core.K6Output;
using PerfGate.Core.Metrics;

namespace PerfGate.Tests.K6Output;

public class CsvSampleReaderTests
{
    [Fact]
    public void Quoted_fields_may_hold_commas_quotes_and_line_breaks()
    {
        var records = Captures.Condense(
            Encoding.UTF8.GetBytes(
                "metric_name,timestamp,metric_value,check,group\nchecks,7,1.0,\"a, \"\"b\"\"\nc\",\"::g, h\"\nvus,8,2.0,,\n"
            )
        );
        Assert.Equal([new CheckCount("a, \"b\"\nc", 1, 0)], records[0].Checks);
        Assert.Equal([7, 8], records.Select(record => record.Second));
        Assert.Equal(2, records[1].Vus);
    }

    [Fact]
    public void Columns_are_found_by_the_header_and_may_be_missing()
    {
        var records = Captures.Condense(
            "scenario,metric_value,unknown,timestamp,metric_name\nbrowse,3.5,x,9,http_req_duration\nbrowse,4,x,9,vus\n"u8.ToArray()
        );
        var request = Assert.Single(records[0].Requests);
        Assert.Equal(("browse", "", 3.5), (request.Scenario, request.Endpoint, request.Answered.SumMs));
        Assert.Equal((9, 4), (records[0].Second, records[0].Vus));
    }

    [Theory]
    [InlineData("1795400632")]
    [InlineData("1795400632999")]
    [InlineData("1795400632999999")]
    [InlineData("1795400632999999999")]
    [InlineData("2026-11-23T02:23:52Z")]
    [InlineData("2026-11-23T02:23:52.999999999Z")]
    [InlineData("2026-11-23T04:23:52.5+02:00")]
    public void Times_may_be_in_any_form_that_k6_writes(string time)
    {
        var records = Captures.Condense(
            Encoding.UTF8.GetBytes($"metric_name,timestamp,metric_value\nvus,{time},1\nvus,{time},2\nvus,{time},3\n")
        );
        Assert.Equal((1_795_400_632, 3), (records[0].Second, records[0].Vus));
    }

    [Fact]
    public void A_last_line_that_was_cut_off_is_left_alone()
    {
        var reader = new CsvSampleReader();
        reader.Append("metric_name,timestamp,metric_value\nvus,9,1.0\nvus,10,1."u8);
        Assert.True(reader.TryRead(out _));
        Assert.False(reader.TryRead(out _));
        Assert.Null(reader.Problem);
        Assert.True(reader.HasCutLine);
    }

    [Theory]
    [InlineData("vus,9\n", "2 fields")]
    [InlineData("vus,9,1.0,x\n", "4 fields")]
    [InlineData("vus,soon,1.0\n", "timestamp")]
    [InlineData("vus,2026-13-23T02:23:33Z,1.0\n", "timestamp")]
    [InlineData("vus,2026-11-23T02:23:33,1.0\n", "timestamp")]
    [InlineData("vus,-9,1.0\n", "timestamp")]
    [InlineData("vus,3000000,1.0\n", "31 days")]
    [InlineData("vus,9,many\n", "metric_value")]
    [InlineData("vus,9,NaN\n", "metric_value")]
    [InlineData(",9,1.0\n", "metric_name")]
    [InlineData("\"vus\"x\",9,1.0\"\n", "quoted")]
    [InlineData("vu\"s,9,1.0\n", "quote")]
    [InlineData("vus,9,1.0\"\n", "quote")]
    [InlineData("vus,9\",1.0\nvus,9,\"1.0\n", "quote")]
    public void Anything_that_is_no_row_of_k6_is_an_error_with_its_line(string row, string problem)
    {
        var reader = new CsvSampleReader();
        reader.Append(Encoding.UTF8.GetBytes("metric_name,timestamp,metric_value\nvus,9,1.0\n" + row + "vus,9,1.0\n"));
        Assert.True(reader.TryRead(out _));
        Assert.False(reader.TryRead(out _));
        Assert.Equal(3, reader.Problem?.Line);
        Assert.Contains(problem, reader.Problem?.Problem);
        Assert.False(reader.TryRead(out _));
    }

    [Theory]
    [InlineData("\"vus,9,1.0\n")]
    [InlineData("vus,\"9,1.0\n")]
    [InlineData("vus,9,\"1.0\n")]
    public void A_quote_that_is_never_closed_does_not_swallow_what_follows_as_a_cut_last_line(string row)
    {
        var reader = new CsvSampleReader();
        var rest = string.Concat(Enumerable.Range(0, 5000).Select(_ => "vus,9,1.0\n"));
        reader.Append(
            Encoding.UTF8.GetBytes("metric_name,timestamp,metric_value\nvus,9,1.0\n" + row + rest + "vus,9,")
        );
        while (reader.TryRead(out _)) { }
        reader.Complete();
        Assert.Equal(3, reader.Problem?.Line);
        Assert.Contains("quote", reader.Problem?.Problem);
    }

    [Theory]
    [InlineData("checks,9,1.0,\"a\nb,")]
    [InlineData("checks,9,1.0,\"a\n\nb\"\"")]
    [InlineData("checks,9,1.0,\"a")]
    public void A_last_line_that_was_cut_off_inside_its_quotes_is_left_alone(string cut)
    {
        var reader = new CsvSampleReader();
        reader.Append(Encoding.UTF8.GetBytes("metric_name,timestamp,metric_value,check\nvus,9,1.0,\n" + cut));
        Assert.True(reader.TryRead(out _));
        Assert.False(reader.TryRead(out _));
        reader.Complete();
        Assert.False(reader.TryRead(out _));
        Assert.Null(reader.Problem);
        Assert.True(reader.HasCutLine);
    }

    [Theory]
    [InlineData("metric_name,timestamp,metric_value,timestamp\n", "timestamp")]
    [InlineData("metric_name,timestamp,metric_value,status,name,status\n", "status")]
    [InlineData("metric_name,timestamp,metric_value,mine,mine\n", "mine")]
    public void A_header_that_names_a_column_twice_is_refused(string header, string column)
    {
        var reader = new CsvSampleReader();
        reader.Append(Encoding.UTF8.GetBytes(header + "vus,9,1.0,9\n"));
        Assert.False(reader.TryRead(out _));
        Assert.Equal(new OutputProblem(1, $"the header has column {column} twice"), reader.Problem);
    }

    [Fact]
    public void A_header_without_a_needed_column_is_refused()
    {
        var reader = new CsvSampleReader();
        reader.Append("metric_name,time,metric_value\n"u8);
        Assert.False(reader.TryRead(out _));
        Assert.Equal(new OutputProblem(1, "the header has no column timestamp"), reader.Problem);
    }

    [Fact]
    public void A_row_whose_text_was_seen_before_allocates_nothing()
    {
        var csv = Captures.Read("v2.2.0", "points.csv.gz");
        var rows = csv[(Array.IndexOf(csv, (byte)'\n') + 1)..];
        var reader = new CsvSampleReader();
        reader.Append(csv);
        // A row is kept when it is seen again, and looked for as the next one when it was found after another.
        reader.Append(rows);
        reader.Append(rows);
        while (reader.TryRead(out _)) { }
        reader.Append(rows);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var points = 0;
        while (reader.TryRead(out _))
        {
            points++;
        }
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(points > 2000);
        // The text of each second; of rows, nothing.
        Assert.InRange(allocated, 0, 1000);
    }
}
