using PerfGate.Core.Baselines;
using PerfGate.Tests.Runs;

namespace PerfGate.Tests.Baselines;

public class BaselineUpdateRuleTests
{
    [Theory]
    [InlineData(90, 200, 0.005, 100, true)]
    [InlineData(100, 190, 0.005, 100, true)]
    [InlineData(100, 200, 0.004, 100, true)]
    [InlineData(100, 200, 0.005, 110, true)]
    [InlineData(100, 200, 0.005, 100, false)]
    [InlineData(101, 100, 0.001, 200, false)]
    [InlineData(50, 201, 0.001, 200, false)]
    [InlineData(50, 100, 0.006, 200, false)]
    [InlineData(50, 100, 0.001, 99, false)]
    [InlineData(double.NaN, 100, 0.001, 200, false)]
    public void Better_means_nothing_worse_and_something_better(
        double avg,
        double p95,
        double errors,
        double throughput,
        bool better
    ) =>
        Assert.Equal(
            better,
            BaselineUpdateRule.IsBetter(
                SampleGrounds.Accepted(100, 200, 0.005, 100),
                SampleGrounds.Accepted(avg, p95, errors, throughput)
            )
        );
}
