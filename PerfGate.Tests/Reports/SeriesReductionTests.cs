using PerfGate.Core.Reports;

namespace PerfGate.Tests.Reports;

public class SeriesReductionTests
{
    [Fact]
    public void A_short_line_is_left_alone()
    {
        var points = Line(SeriesReduction.MostPoints, x => x);

        Assert.Same(points, SeriesReduction.Reduce(points));
    }

    [Fact]
    public void Peaks_and_troughs_of_one_second_survive_at_their_own_place()
    {
        var points = Line(
            86_400,
            x =>
                x == 54_321 ? 9000
                : x == 54_399 ? -1
                : 100
        );

        var reduced = SeriesReduction.Reduce(points);

        Assert.InRange(reduced.Count, 2, SeriesReduction.MostPoints);
        Assert.Contains(new ChartPoint(54_321, 9000), reduced);
        Assert.Contains(new ChartPoint(54_399, -1), reduced);
        Assert.Equal(reduced.OrderBy(point => point.X), reduced);
    }

    [Fact]
    public void A_long_silence_stays_a_break_in_the_line()
    {
        var points = Line(6000, x => x is > 2000 and < 3000 ? null : 5);

        Assert.Contains(SeriesReduction.Reduce(points), point => point is { X: > 2000 and < 3000, Y: null });
    }

    private static List<ChartPoint> Line(int count, Func<int, double?> y) =>
        [.. Enumerable.Range(0, count).Select(x => new ChartPoint(x, y(x)))];
}
