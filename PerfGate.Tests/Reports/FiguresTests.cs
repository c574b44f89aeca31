using PerfGate.Core.Reports;

namespace PerfGate.Tests.Reports;

public class FiguresTests
{
    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(0.004, "0.004 ms")]
    [InlineData(1.239, "1.24 ms")]
    [InlineData(82.44, "82.4 ms")]
    [InlineData(1234.5, "1,234 ms")]
    [InlineData(12_345, "12.3 s")]
    public void Milliseconds_are_written_no_finer_than_they_matter(double value, string expected) =>
        Assert.Equal(expected, Figures.Ms(value));

    [Theory]
    [InlineData(0, "0 %")]
    [InlineData(0.000001, "<0.01 %")]
    [InlineData(0.0312, "3.12 %")]
    [InlineData(0.999999, ">99.99 %")]
    [InlineData(1, "100 %")]
    public void A_share_reads_as_none_or_all_only_where_it_is(double share, string expected) =>
        Assert.Equal(expected, Figures.Percent(share));

    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(1, 1, 2)]
    [InlineData(7, 8, 5)]
    [InlineData(143, 150, 4)]
    [InlineData(1_000_000, 1_000_000, 3)]
    public void An_axis_ends_on_a_round_number_at_or_above_the_highest(double highest, double top, int ticks)
    {
        var scale = ChartScale.ForValues(highest, whole: true);

        Assert.Equal(top, scale.Top);
        Assert.Equal(ticks, scale.Ticks.Count);
        Assert.True(scale.Top >= highest);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(119)]
    [InlineData(86_399)]
    [InlineData(40 * 86_400)]
    public void A_time_axis_has_at_most_seven_labels(double seconds) =>
        Assert.InRange(ChartScale.ForTime(seconds).Ticks.Count, 1, 7);
}
