using PerfGate.Core.K6Output;
using PerfGate.Core.Thresholds;

namespace PerfGate.Tests.Thresholds;

public sealed class EarlyStopWatchTests
{
    private static readonly EarlyStopBounds Bounds = new()
    {
        ErrorRate = 0.5,
        ResponseTime = 1000,
        Window = TimeSpan.FromSeconds(5),
    };

    [Fact]
    public void Errors_that_last_for_the_whole_window_end_the_load()
    {
        var early = Feed(Enumerable.Range(0, 5).Select(second => Second(second, requests: 10, failed: 6)))[^1];

        Assert.Equal(new EarlyStop(EarlyStopKind.ErrorRate, 0.6, 0.5, 5, 50), early);
        Assert.Contains("60 % of 50 requests in 5 s failed", early!.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_decided_before_a_whole_window_has_passed() =>
        Assert.All(Feed(Enumerable.Range(0, 4).Select(second => Second(second, 100, 100))), Assert.Null);

    [Fact]
    public void A_hiccup_ends_nothing() =>
        Assert.All(
            Feed(Enumerable.Range(0, 60).Select(second => Second(second, 10, second is 20 or 21 ? 10 : 0))),
            Assert.Null
        );

    [Fact]
    public void The_bound_itself_is_allowed() =>
        Assert.All(Feed(Enumerable.Range(0, 30).Select(second => Second(second, 10, 5))), Assert.Null);

    [Theory]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public void Fewer_than_twenty_requests_say_nothing(int each, bool ends) =>
        Assert.Equal(ends, Feed(Enumerable.Range(0, 5).Select(second => Second(second, each, each)))[^1] is not null);

    [Fact]
    public void Answers_that_are_slow_for_the_whole_window_end_the_load()
    {
        var early = Feed(Enumerable.Range(0, 9).Select(second => Second(second, 10, 0, second < 4 ? 100 : 1200)));

        Assert.All(early[..^1], Assert.Null);
        Assert.Equal(EarlyStopKind.ResponseTime, early[^1]!.Kind);
        Assert.Equal(1200, early[^1]!.Measured, 6);
    }

    [Fact]
    public void What_comes_late_counts_for_its_own_second()
    {
        var watch = new EarlyStopWatch(Bounds);
        for (var second = 0; second < 5; second++)
        {
            Assert.Null(watch.Add(Second(second, 5, 1)));
        }
        Assert.Null(watch.Add(Second(3, 15, 15)));
        Assert.NotNull(watch.Add(Second(2, 20, 20)));
    }

    [Fact]
    public void What_was_before_the_window_is_forgotten()
    {
        var records = Enumerable.Range(0, 100).Select(second => Second(second, 100, 0)).ToList();
        records.AddRange(Enumerable.Range(100, 5).Select(second => Second(second, 10, 10)));

        Assert.NotNull(Feed(records)[^1]);
    }

    private static List<EarlyStop?> Feed(IEnumerable<SecondRecord> records)
    {
        var watch = new EarlyStopWatch(Bounds);
        return [.. records.Select(watch.Add)];
    }

    private static SecondRecord Second(long second, long requests, long failed, double ms = 50) =>
        new()
        {
            Second = 1_700_000_000 + second,
            Requests =
            [
                new RequestRecord(
                    "one",
                    "",
                    "GET /",
                    requests,
                    failed,
                    Durations(requests - failed, ms),
                    Durations(failed, ms)
                ),
            ],
        };

    private static DurationSketch Durations(long count, double ms) =>
        new(count, count * ms, ms, ms, ReadOnlyMemory<byte>.Empty);
}
