using System.Text;
using PerfGate.Core.K6Output;

namespace PerfGate.Tests.K6Output;

public class NdjsonSampleReaderTests
{
    private const string Vus =
        """{"metric":"vus","type":"Point","data":{"time":"2026-11-23T02:23:52.1Z","value":3,"tags":{}}}""";

    public static TheoryData<string> Releases => Captures.Releases;

    [Theory]
    [MemberData(nameof(Releases))]
    public void The_types_of_metrics_are_told(string release)
    {
        var reader = new NdjsonSampleReader();
        Captures.Condense(reader, Captures.Read(release, "points.json.gz"));
        Assert.Equal("trend", reader.MetricTypes["basket_time"]);
        Assert.Equal("gauge", reader.MetricTypes["queue_depth"]);
        Assert.Equal("rate", reader.MetricTypes["good_forms"]);
        Assert.Equal("counter", reader.MetricTypes["forms_sent"]);
    }

    [Fact]
    public void Escapes_are_undone_and_keys_may_come_in_any_order()
    {
        var records = Captures.Condense(
            new NdjsonSampleReader(),
            Encoding.UTF8.GetBytes(
                """{"data":{"tags":{"name":"caf\u00e9 \u003c1\u003e","method":"GET"},"value":1.5e1,"time":"2026-11-23T04:23:52.9+02:00","metadata":{"vu":"1"}},"type":"Point","metric":"http_req_duration"}"""
                    + "\n"
            )
        );
        var request = Assert.Single(records[0].Requests);
        Assert.Equal(("GET café <1>", 15), (request.Endpoint, request.Answered.SumMs));
        Assert.Equal(1_795_400_632, records[0].Second);
    }

    [Fact]
    public void A_last_line_that_was_cut_off_is_left_alone()
    {
        for (var length = 1; length < Vus.Length; length++)
        {
            var reader = new NdjsonSampleReader();
            var condenser = new Condenser();
            reader.Append(Encoding.UTF8.GetBytes(Vus + "\n" + Vus[..length]));
            reader.Complete();
            Assert.True(reader.ReadInto(condenser), reader.Problem?.Problem);
            Assert.True(reader.HasCutLine);
            Assert.Equal(1, condenser.Points);
        }
    }

    [Fact]
    public void A_last_line_that_is_whole_needs_no_line_feed()
    {
        var reader = new NdjsonSampleReader();
        var condenser = new Condenser();
        reader.Append(Encoding.UTF8.GetBytes(Vus + "\n" + Vus));
        reader.Complete();
        Assert.True(reader.ReadInto(condenser));
        Assert.False(reader.HasCutLine);
        Assert.Equal(2, condenser.Points);
    }

    [Theory]
    [InlineData("nonsense", "JSON")]
    [InlineData("[1]", "object")]
    [InlineData("""{"metric":"vus","type":"Point","data":{"time":"2026-11-23T02:23:52Z","value":3""", "whole JSON")]
    [InlineData("""{"metric":"vus","type":"Point","data":{"time":"2026-11-23T02:23:52Z","tags":{}}}""", "no value")]
    [InlineData("""{"metric":"vus","type":"Point","data":{"time":"soon","value":3,"tags":{}}}""", "time")]
    [InlineData("""{"metric":"vus","type":"Point","data":{"value":3,"tags":{}}}""", "time")]
    [InlineData(
        """{"metric":"vus","type":"Point","data":{"time":"2026-11-23T02:23:52Z","value":NaN,"tags":{}}}""",
        "JSON"
    )]
    [InlineData(
        """{"metric":"vus","type":"Point","data":{"time":"2026-11-23T02:23:52Z","value":1e999,"tags":{}}}""",
        "shaped"
    )]
    [InlineData(
        """{"metric":"vus","type":"Point","data":{"time":"2026-11-23T02:23:52Z","value":"3","tags":{}}}""",
        "shaped"
    )]
    [InlineData(
        """{"metric":"vus","type":"Point","data":{"time":"2026-11-23T02:23:52Z","value":3,"tags":{"a":1}}}""",
        "shaped"
    )]
    [InlineData(
        """{"metric":"vus","type":"Point","data":{"time":"2026-11-23T02:23:52Z","value":3,"value":4}}""",
        "shaped"
    )]
    [InlineData(
        """{"metric":"vus","type":"Point","data":{"time":"2027-11-23T02:23:52Z","value":3,"tags":{}}}""",
        "31 days"
    )]
    [InlineData("""{"type":"Point","data":{"time":"2026-11-23T02:23:52Z","value":3,"tags":{}}}""", "metric")]
    [InlineData("""{"metric":"vus","type":"Dot","data":{}}""", "type")]
    public void Anything_that_is_no_line_of_k6_is_an_error_with_its_line(string line, string problem)
    {
        var reader = new NdjsonSampleReader();
        var condenser = new Condenser();
        reader.Append(Encoding.UTF8.GetBytes($"{Vus}\n\n{line}\n{Vus}\n"));
        Assert.False(reader.ReadInto(condenser));
        Assert.Equal(1, condenser.Points);
        Assert.Equal(3, reader.Problem?.Line);
        Assert.Contains(problem, reader.Problem?.Problem);
    }
}
