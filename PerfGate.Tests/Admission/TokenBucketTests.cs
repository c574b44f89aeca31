using PerfGate.Core.Admission;

namespace PerfGate.Tests.Admission;

public sealed class TokenBucketTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 14, 9, 0, 0, TimeSpan.Zero);
    private static readonly StartRate Rate = new(3, 60);

    [Fact]
    public void A_full_bucket_gives_its_burst_and_then_one_at_a_time()
    {
        var bucket = TokenBucket.Full(Rate, Start);
        for (var i = 0; i < 3; i++)
        {
            (bucket, var wait) = bucket.Take(Rate, Start);
            Assert.Null(wait);
        }

        (bucket, var first) = bucket.Take(Rate, Start);
        Assert.Equal(TimeSpan.FromMinutes(1), first);
        (bucket, var half) = bucket.Take(Rate, Start.AddSeconds(30));
        Assert.Equal(30, half!.Value.TotalSeconds, precision: 3);
        (bucket, var none) = bucket.Take(Rate, Start.AddMinutes(1));
        Assert.Null(none);
        Assert.NotNull(bucket.Take(Rate, Start.AddMinutes(1)).Wait);
    }

    [Fact]
    public void A_long_rest_fills_it_no_further_than_its_burst()
    {
        var bucket = new TokenBucket(0, Start);
        var now = Start.AddDays(30);
        for (var i = 0; i < 3; i++)
        {
            (bucket, var wait) = bucket.Take(Rate, now);
            Assert.Null(wait);
        }

        Assert.NotNull(bucket.Take(Rate, now).Wait);
    }

    [Fact]
    public void A_clock_that_goes_back_gives_nothing_and_takes_nothing()
    {
        var (bucket, _) = new TokenBucket(1, Start).Take(Rate, Start.AddHours(-5));

        Assert.Equal(0, bucket.Tokens);
        Assert.NotNull(bucket.Take(Rate, Start.AddHours(-5)).Wait);
        // No more than the rate over what really went by.
        Assert.Null(bucket.Take(Rate, Start.AddHours(-5).AddMinutes(1)).Wait);
    }

    [Fact]
    public void Over_any_stretch_no_more_is_given_than_burst_and_rate_allow()
    {
        var random = new Random(271828);
        for (var round = 0; round < 200; round++)
        {
            var rate = new StartRate(random.Next(1, 20), random.Next(1, 500));
            var bucket = TokenBucket.Full(rate, Start);
            var now = Start;
            var given = 0;
            for (var i = 0; i < 300; i++)
            {
                now += TimeSpan.FromSeconds(random.NextDouble() * 60);
                (bucket, var wait) = bucket.Take(rate, now);
                given += wait is null ? 1 : 0;
            }
            Assert.InRange(given, 1, rate.Burst + ((now - Start).TotalHours * rate.PerHour) + 1e-6);
        }
    }
}
