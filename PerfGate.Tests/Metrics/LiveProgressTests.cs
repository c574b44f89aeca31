using PerfGate.Core.K6Output;
using PerfGate.Core.Runners;
using PerfGate.Tests.K6Output;
using static PerfGate.Tests.K6Output.Captures;

namespace PerfGate.Tests.Metrics;

public class LiveProgressTests
{
    [Fact]
    public void There_is_no_progress_before_the_first_record() => Assert.Null(new LiveProgress().Current());

    [Fact]
    public void Progress_speaks_of_the_last_second_that_all_segments_have_reported()
    {
        var progress = new LiveProgress();
        Add(progress, 0, 100, 5, vus: 2);
        Add(progress, 0, 101, 7, vus: 2);
        Add(progress, 1, 100, 3, vus: 4);
        var current = progress.Current();
        Assert.NotNull(current);
        Assert.Equal(8, current.RequestsPerSecond);
        Assert.Equal(15, current.Requests);
        Assert.Equal(6, current.Vus);
        Assert.Equal(TimeSpan.FromSeconds(1), current.Elapsed);
        Assert.InRange(current.P95Ms!.Value, 9.99, 10.01);
        Assert.Equal(0, current.ErrorRate);
    }

    [Fact]
    public void The_error_rate_forgets_what_is_long_past()
    {
        var progress = new LiveProgress();
        progress.Add(0, Condense(Request("http_reqs", 100, 1), Request("http_req_failed", 100, 1, false))[0]);
        Assert.Equal(1, progress.Current()!.ErrorRate);
        for (var second = 101; second < 130; second++)
        {
            Add(progress, 0, second, 1, vus: 1);
        }
        Assert.Equal(0, progress.Current()!.ErrorRate);
        Assert.Equal(30, progress.Current()!.Requests);
        Assert.Equal(TimeSpan.FromSeconds(30), progress.Current()!.Elapsed);
    }

    private static void Add(LiveProgress progress, int segment, long second, int requests, int vus)
    {
        var rows = Enumerable
            .Range(0, requests)
            .SelectMany(_ => new[] { Request("http_reqs", second, 1), Request("http_req_duration", second, 10) });
        foreach (var record in Condense([.. rows]))
        {
            progress.Add(segment, record with { Vus = vus });
        }
    }
}
