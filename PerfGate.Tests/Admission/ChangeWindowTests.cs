using PerfGate.Core.Admission;
using PerfGate.Core.Requests;

namespace PerfGate.Tests.Admission;

public sealed class ChangeWindowTests
{
    [Theory]
    // A Friday in March: Zurich is an hour ahead of UTC.
    [InlineData("2026-03-13T20:59:59Z", false)]
    [InlineData("2026-03-13T21:00:00Z", true)]
    [InlineData("2026-03-14T02:59:59Z", true)]
    [InlineData("2026-03-14T03:00:00Z", false)]
    // It does not open on a Saturday.
    [InlineData("2026-03-14T21:30:00Z", false)]
    // In summer two hours.
    [InlineData("2026-07-03T20:00:00Z", true)]
    [InlineData("2026-07-03T19:59:59Z", false)]
    public void It_opens_and_closes_by_the_clocks_of_its_zone(string now, bool open)
    {
        var window = ChangeWindow.Read("0 22 * * 1-5 for 6h in Europe/Zurich")!;

        Assert.Equal(open, window.IsOpen(DateTimeOffset.Parse(now, null)));
    }

    [Fact]
    public void It_says_when_it_opens_next_and_is_open_all_day_where_it_opens_every_hour_for_one()
    {
        var now = new DateTimeOffset(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

        Assert.Equal(
            new DateTimeOffset(2026, 3, 16, 21, 0, 0, TimeSpan.Zero),
            ChangeWindow.Read("0 22 * * 1-5 for 6h in Europe/Zurich")!.OpensAfter(now)
        );
        var always = ChangeWindow.Read("0 * * * * for 1h")!;
        Assert.All(Enumerable.Range(0, 48), half => Assert.True(always.IsOpen(now.AddMinutes(30 * half))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0 22 * * 1-5")]
    [InlineData("0 22 * * 1-5 for 30s")]
    [InlineData("0 22 * * 1-5 for 169h")]
    [InlineData("0 22 * * 1-5 for ever")]
    [InlineData("0 25 * * * for 1h")]
    [InlineData("0 22 * * * for 1h in Middle/Earth")]
    [InlineData("for 1h in UTC")]
    public void What_cannot_be_read_is_none(string text) => Assert.Null(ChangeWindow.Read(text));

    [Theory]
    [InlineData(TargetEnvironment.Staging, null, null)]
    [InlineData(TargetEnvironment.Staging, "staging", null)]
    [InlineData(TargetEnvironment.Staging, "production", "is \"production\", and the load would go to staging")]
    [InlineData(TargetEnvironment.Production, "production", null)]
    [InlineData(TargetEnvironment.Production, "Production", "is \"Production\", and the load would go to production")]
    [InlineData(
        TargetEnvironment.Production,
        null,
        "is missing: a load on production, also one by schedule, is asked for with its name a second time"
    )]
    public void Production_must_be_named_twice(TargetEnvironment environment, string? confirmed, string? problem) =>
        Assert.Equal(problem, Confirmation.Problem(environment, confirmed)?.Problem);
}
