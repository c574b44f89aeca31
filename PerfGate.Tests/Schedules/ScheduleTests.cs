using System.Globalization;
using PerfGate.Core.Schedules;

namespace PerfGate.Tests.Schedules;

public sealed class ScheduleTests
{
    [Fact]
    public void Nightly_is_two_in_the_morning_UTC_unless_the_host_says_otherwise()
    {
        Assert.Equal(At("2026-03-15T02:00Z"), new Schedule().NextAfter(At("2026-03-14T09:00Z")));
        Assert.Equal(At("2026-03-14T23:30Z"), new Schedule().NextAfter(At("2026-03-14T09:00Z"), "30 23 * * *"));
    }

    [Theory]
    // Clocks leap from 02:00 to 03:00 on 29 March, and go back from 03:00 to 02:00 on 25 October.
    [InlineData("30 2 * * *", "2026-03-28T12:00Z", "2026-03-29T01:00Z")]
    [InlineData("30 2 * * *", "2026-10-24T12:00Z", "2026-10-25T00:30Z")]
    [InlineData("30 2 * * *", "2026-10-25T00:30Z", "2026-10-26T01:30Z")]
    [InlineData("0 2 * * *", "2026-07-01T12:00Z", "2026-07-02T00:00Z")]
    public void The_clocks_of_a_time_zone_may_leap_and_each_night_comes_once(string cron, string after, string next) =>
        Assert.Equal(At(next), new Schedule { Cron = cron, TimeZone = "Europe/Zurich" }.NextAfter(At(after)));

    [Fact]
    public void A_time_itself_is_not_the_next_one() =>
        Assert.Equal(At("2026-03-16T02:00Z"), new Schedule().NextAfter(At("2026-03-15T02:00Z")));

    [Fact]
    public void What_is_not_enabled_never_comes() =>
        Assert.Null(new Schedule { Enabled = false }.NextAfter(At("2026-03-14T09:00Z")));

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
