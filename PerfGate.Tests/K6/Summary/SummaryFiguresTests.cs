using PerfGate.K6.Metrics;
using PerfGate.K6.Summary;

namespace PerfGate.Tests.K6.Summary;

/// <summary>Against what <c>humanizeValue</c> of k6 v2.2.0 (<c>internal/js/summary.js</c>) gives.</summary>
public sealed class SummaryFiguresTests
{
    [Theory]
    [InlineData(MetricType.Trend, MetricContains.Time, 0, "", "0s")]
    [InlineData(MetricType.Trend, MetricContains.Time, 4e-7, "", "0ns")]
    [InlineData(MetricType.Trend, MetricContains.Time, 0.0005, "", "500ns")]
    [InlineData(MetricType.Trend, MetricContains.Time, 0.5, "", "500µs")]
    [InlineData(MetricType.Trend, MetricContains.Time, 0.9999, "", "999.9µs")]
    [InlineData(MetricType.Trend, MetricContains.Time, 1, "", "1ms")]
    [InlineData(MetricType.Trend, MetricContains.Time, 1.005, "", "1ms")]
    [InlineData(MetricType.Trend, MetricContains.Time, 51.836032, "", "51.83ms")]
    [InlineData(MetricType.Trend, MetricContains.Time, 999.999, "", "999.99ms")]
    [InlineData(MetricType.Trend, MetricContains.Time, 1000, "", "1s")]
    [InlineData(MetricType.Trend, MetricContains.Time, 1234.5678, "", "1.23s")]
    [InlineData(MetricType.Trend, MetricContains.Time, 59999.9, "", "59.99s")]
    [InlineData(MetricType.Trend, MetricContains.Time, 60000, "", "1m0s")]
    [InlineData(MetricType.Trend, MetricContains.Time, 60001, "", "1m0s")]
    [InlineData(MetricType.Trend, MetricContains.Time, 61500, "", "1m1s")]
    [InlineData(MetricType.Trend, MetricContains.Time, 3599999, "", "59m59s")]
    [InlineData(MetricType.Trend, MetricContains.Time, 3600000, "", "1h0m0s")]
    [InlineData(MetricType.Trend, MetricContains.Time, 3661000.7, "", "1h1m1s")]
    [InlineData(MetricType.Trend, MetricContains.Time, 90061000, "", "25h1m1s")]
    [InlineData(MetricType.Trend, MetricContains.Time, 1234.5678, "s", "1.23s")]
    [InlineData(MetricType.Trend, MetricContains.Time, 1234.5678, "ms", "1234.57ms")]
    [InlineData(MetricType.Trend, MetricContains.Time, 1234.5678, "us", "1234567.80µs")]
    [InlineData(MetricType.Counter, MetricContains.Data, 0, "", "0 B")]
    [InlineData(MetricType.Counter, MetricContains.Data, 4.533333333333333, "", "4.533333333333333 B")]
    [InlineData(MetricType.Counter, MetricContains.Data, 9.99, "", "9.99 B")]
    [InlineData(MetricType.Counter, MetricContains.Data, 10, "", "10 B")]
    [InlineData(MetricType.Counter, MetricContains.Data, 999, "", "999 B")]
    [InlineData(MetricType.Counter, MetricContains.Data, 1000, "", "1.0 kB")]
    [InlineData(MetricType.Counter, MetricContains.Data, 1001, "", "1.0 kB")]
    [InlineData(MetricType.Counter, MetricContains.Data, 8483.207644588152, "", "8.5 kB")]
    [InlineData(MetricType.Counter, MetricContains.Data, 9999, "", "10 kB")]
    [InlineData(MetricType.Counter, MetricContains.Data, 17421, "", "17 kB")]
    [InlineData(MetricType.Counter, MetricContains.Data, 999999, "", "1000 kB")]
    [InlineData(MetricType.Counter, MetricContains.Data, 1000000, "", "1.0 MB")]
    [InlineData(MetricType.Counter, MetricContains.Data, 28960000, "", "29 MB")]
    [InlineData(MetricType.Counter, MetricContains.Data, 1500000000, "", "1.5 GB")]
    [InlineData(MetricType.Counter, MetricContains.Data, 2500000000000, "", "2.5 TB")]
    [InlineData(MetricType.Trend, MetricContains.Default, 0, "", "0")]
    [InlineData(MetricType.Trend, MetricContains.Default, 1, "", "1")]
    [InlineData(MetricType.Trend, MetricContains.Default, 0.1234567, "", "0.123457")]
    [InlineData(MetricType.Trend, MetricContains.Default, 74.15149099999, "", "74.151491")]
    [InlineData(MetricType.Trend, MetricContains.Default, 1e-7, "", "0")]
    [InlineData(MetricType.Trend, MetricContains.Default, 123456789.123456, "", "123456789.123456")]
    [InlineData(MetricType.Trend, MetricContains.Default, 1000000000000000, "", "1000000000000000")]
    [InlineData(MetricType.Trend, MetricContains.Default, -1.5, "", "-1.5")]
    [InlineData(MetricType.Trend, MetricContains.Default, -1e-9, "", "0")]
    [InlineData(MetricType.Trend, MetricContains.Default, 15.675, "", "15.675")]
    [InlineData(MetricType.Rate, MetricContains.Default, 0, "", "0.00%")]
    [InlineData(MetricType.Rate, MetricContains.Default, 1, "", "100.00%")]
    [InlineData(MetricType.Rate, MetricContains.Default, 0.99999, "", "99.99%")]
    [InlineData(MetricType.Rate, MetricContains.Default, 0.9166666666666666, "", "91.66%")]
    [InlineData(MetricType.Rate, MetricContains.Default, 0.024242424242424242, "", "2.42%")]
    [InlineData(MetricType.Rate, MetricContains.Default, 0.29, "", "28.99%")]
    public void Figures_read_as_k6_writes_them(
        MetricType type,
        MetricContains contains,
        double value,
        string timeUnit,
        string expected
    ) => Assert.Equal(expected, SummaryFigures.Of(value, new Metric("any_metric", type, contains), timeUnit));
}
