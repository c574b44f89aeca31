using PerfGate.Core.Baselines;

namespace PerfGate.Tests.Baselines;

public class UsualSpreadTests
{
    [Fact]
    public void Without_a_value_there_is_no_spread() =>
        Assert.Throws<ArgumentException>(() => new UsualSpread([], UsualSpread.AssumedDurationSpread));

    [Fact]
    public void Bounds_lie_around_the_centre_and_close_in_as_the_past_grows()
    {
        var widths = new[] { 1, 2, 5, 20, 100 }
            .Select(runs => new UsualSpread([.. Enumerable.Repeat(200.0, runs)], 0.2))
            .Select(spread =>
            {
                Assert.Equal(200, spread.Centre, 6);
                Assert.InRange(spread.Centre, spread.Lower, spread.Upper);
                return spread.Upper / spread.Lower;
            })
            .ToList();

        Assert.Equal(widths.OrderDescending(), widths);
    }

    [Fact]
    public void However_alike_the_past_three_percent_of_noise_are_believed() =>
        Assert.True(new UsualSpread([.. Enumerable.Repeat(200.0, 10_000)], 0.2).Upper > 200 * 1.07);

    [Fact]
    public void The_bound_is_where_the_confidence_is_99_percent()
    {
        var spread = new UsualSpread([180, 200, 210, 190, 260, 205], 0.2);

        Assert.Equal(0.99, spread.ConfidenceAbove(spread.Upper), 6);
        Assert.Equal(0.01, spread.ConfidenceAbove(spread.Lower), 6);
    }

    [Fact]
    public void A_long_tail_upwards_widens_the_upper_bound_only()
    {
        double[] past = [.. Enumerable.Repeat(200.0, 17), 400, 400, 400];
        var spread = new UsualSpread(past, 0.2);

        Assert.True(spread.Upper / spread.Centre > 1.3 * spread.Centre / spread.Lower);
    }

    [Fact]
    public void A_duration_of_zero_is_a_value_like_any_other() =>
        Assert.True(double.IsFinite(new UsualSpread([0, 0, 1], 0.2).Upper));
}
