using System.Globalization;
using PerfGate.Core.K6Output;
using static PerfGate.Tests.K6Output.Captures;

namespace PerfGate.Tests.K6Output;

public class CondenserTests
{
    public static TheoryData<string> Releases => Captures.Releases;

    [Theory]
    [MemberData(nameof(Releases))]
    public void Nothing_is_lost_of_what_a_release_wrote(string release)
    {
        var records = Condense(Read(release, "points.csv.gz"));
        var requests = records.SelectMany(r => r.Requests).ToList();

        Assert.Equal(Rows(release, "http_reqs").Count, requests.Sum(r => r.Requests));
        Assert.Equal(Sum(release, "http_req_failed"), requests.Sum(r => r.Failed));
        Assert.Equal(Sum(release, "http_req_failed"), records.SelectMany(r => r.Failures).Sum(f => f.Count));
        Assert.Equal(Sum(release, "iterations"), records.Sum(r => r.Iterations));
        Assert.Equal(Sum(release, "data_sent"), records.Sum(r => r.DataSent), 3);
        Assert.Equal(Sum(release, "checks"), records.SelectMany(r => r.Checks).Sum(c => c.Passes));
        Assert.Equal(Sum(release, "http_req_duration"), requests.Sum(r => r.Answered.SumMs + r.Unexpected.SumMs), 3);
        Assert.Equal(Rows(release, "http_req_waiting").Count, records.Sum(r => r.Phases.Waiting.Count));
        Assert.Contains(requests, r => r is { Scenario: "submit", Group: "forms::rsvp", Endpoint: "POST /forms" });
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void Refused_requests_do_not_make_answered_ones_look_fast(string release)
    {
        var requests = Condense(Read(release, "points.csv.gz")).SelectMany(r => r.Requests).ToList();
        var refused = requests.Where(r => r.Endpoint == "GET refused").ToList();
        Assert.NotEmpty(refused);
        Assert.All(refused, r => Assert.Equal(0, r.Answered.Count));
        Assert.All(refused, r => Assert.Equal(0, r.Unexpected.MaxMs));
        Assert.All(requests.Except(refused), r => Assert.True(r.Answered.MinMs > 0));
    }

    [Fact]
    public void A_second_closes_when_the_next_but_one_begins_and_a_late_sample_makes_a_further_record()
    {
        var records = Condense(
            Request("http_reqs", 100, 1),
            Request("http_reqs", 101, 1),
            Request("http_reqs", 102, 1),
            Request("http_reqs", 100, 1),
            Request("http_reqs", 103, 1)
        );
        Assert.Equal([100, 100, 101, 102, 103], records.Select(r => r.Second).Order());
        Assert.Equal(2, records.Where(r => r.Second == 100).Sum(r => r.Requests.Sum(q => q.Requests)));
    }

    [Fact]
    public void An_endpoint_is_its_method_and_name_once_and_without_secrets()
    {
        var records = Condense(
            Request("http_reqs", 100, 1, name: "GET /gallery"),
            Request("http_reqs", 100, 1, name: "/gallery"),
            Request("http_reqs", 100, 1, name: "https://me:pw@shop.example/x?token=abc#top")
        );
        Assert.Equal(
            ["GET /gallery", "GET https://shop.example/x?[stripped]"],
            records.SelectMany(r => r.Requests).Select(r => r.Endpoint).Distinct().Order()
        );
    }

    [Fact]
    public void A_script_with_a_name_for_every_request_does_not_fill_the_memory()
    {
        var rows = Enumerable.Range(0, 2000).Select(i => Request("http_reqs", 100, 1, name: $"/item/{i}"));
        var requests = Condense([.. rows]).SelectMany(r => r.Requests).ToList();
        Assert.True(requests.Count <= 501);
        Assert.Equal(2000, requests.Sum(r => r.Requests));
        Assert.Contains(requests, r => r.Endpoint == "GET (other)" && r.Requests == 1500);
    }

    [Fact]
    public void Vus_are_the_most_seen_in_the_second_and_absent_where_k6_said_nothing()
    {
        var records = Condense("vus,100,3,,,,,,,,,,,,,,,,", "vus,100,5,,,,,,,,,,,,,,,,", Request("http_reqs", 101, 1));
        Assert.Equal([5, null], records.Select(r => r.Vus));
    }

    private static double Sum(string release, string metric) =>
        Rows(release, metric).Sum(fields => double.Parse(fields[2], CultureInfo.InvariantCulture));
}
