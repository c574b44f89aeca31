using Microsoft.Extensions.Time.Testing;
using PerfGate.Core.K6Output;

namespace PerfGate.Tests.K6Output;

public class SteadySecondsTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_000_000));
    private readonly SteadySeconds _seconds;

    public SteadySecondsTests() => _seconds = new SteadySeconds(_time);

    [Fact]
    public void Seconds_of_a_clock_that_is_right_stay_where_they_are_also_where_they_come_late()
    {
        foreach (var second in new[] { 1_000_000L, 1_000_001, 999_999, 1_000_002, 999_990, 1_000_003 })
        {
            Assert.Equal(second, _seconds.Place(second));
        }
    }

    [Theory]
    [InlineData(3600)]
    [InlineData(-3600)]
    public void A_clock_that_is_wrong_from_the_beginning_is_put_right(long off)
    {
        Assert.Equal(1_000_000, _seconds.Place(1_000_000 + off));
        Assert.Equal(1_000_005, _seconds.Place(1_000_005 + off));
    }

    [Theory]
    [InlineData(3600)]
    [InlineData(-3600)]
    public void A_clock_that_is_set_goes_on_where_it_was_and_what_was_seen_before_belongs_before(long jump)
    {
        _seconds.Place(1_000_000);
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(1_000_002, _seconds.Place(1_000_002 + jump));
        Assert.Equal(1_000_001, _seconds.Place(1_000_001));
        Assert.Equal(1_000_003, _seconds.Place(1_000_003 + jump));
        Assert.Equal(1_000_004, _seconds.Place(1_000_004));
    }

    [Fact]
    public void A_pause_that_there_was_stays_a_pause()
    {
        _seconds.Place(1_000_000);
        _time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(1_000_600, _seconds.Place(1_000_600));
    }

    [Fact]
    public void What_gathered_while_nobody_read_is_not_moved()
    {
        _seconds.Place(1_000_000);
        _time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(1_000_001, _seconds.Place(1_000_001));
        Assert.Equal(1_000_031, _seconds.Place(1_000_031));
    }

    [Fact]
    public void Hours_that_are_read_in_minutes_keep_their_length()
    {
        for (var second = 1_000_000L; second < 1_030_000; second++)
        {
            Assert.Equal(second, _seconds.Place(second));
        }
    }
}
