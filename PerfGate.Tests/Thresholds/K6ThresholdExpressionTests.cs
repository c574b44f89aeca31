using PerfGate.Core.Thresholds;

namespace PerfGate.Tests.Thresholds;

public class K6ThresholdExpressionTests
{
    [Theory]
    [InlineData("p(95)<500", "p(95)", "<", 500)]
    [InlineData("  p(99.9)  <=  1.5e3 ", "p(99.9)", "<=", 1500)]
    [InlineData("p(95.0)<500", "p(95)", "<", 500)]
    [InlineData("avg>0.5", "avg", ">", 0.5)]
    [InlineData("min>=0", "min", ">=", 0)]
    [InlineData("med==12", "med", "==", 12)]
    [InlineData("max===12", "max", "==", 12)]
    [InlineData("count!=0", "count", "!=", 0)]
    [InlineData("rate<0.01", "rate", "<", 0.01)]
    [InlineData("value>-3", "value", ">", -3)]
    [InlineData("p(0)<1", "p(0)", "<", 1)]
    [InlineData("p(100)<1", "p(100)", "<", 1)]
    public void What_k6_accepts_is_read(string text, string statistic, string comparison, double bound)
    {
        Assert.True(K6ThresholdExpression.TryParse(text, out var expression, out var problem), problem);
        Assert.Equal((statistic, comparison, bound), (expression.Statistic, expression.Operator, expression.Bound));
    }

    [Theory]
    [InlineData("", "operator")]
    [InlineData("p(95)", "operator")]
    [InlineData("p(95)=500", "operator")]
    [InlineData("p95<500", "aggregation")]
    [InlineData("p(101)<500", "aggregation")]
    [InlineData("p(-1)<500", "aggregation")]
    [InlineData("p(NaN)<500", "aggregation")]
    [InlineData("p()<500", "aggregation")]
    [InlineData("average<500", "aggregation")]
    [InlineData("AVG<500", "aggregation")]
    [InlineData("<500", "aggregation")]
    [InlineData("avg<", "number")]
    [InlineData("avg<500ms", "number")]
    [InlineData("avg<1,5", "number")]
    [InlineData("avg<NaN", "number")]
    [InlineData("avg<Infinity", "number")]
    public void Anything_else_is_refused_with_the_part_that_is_wrong(string text, string part)
    {
        Assert.False(K6ThresholdExpression.TryParse(text, out _, out var problem));
        Assert.Contains(part, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("avg<10", 9.999, true)]
    [InlineData("avg<10", 10, false)]
    [InlineData("avg<=10", 10, true)]
    [InlineData("avg<=10", 10.001, false)]
    [InlineData("avg>10", 10, false)]
    [InlineData("avg>=10", 10, true)]
    [InlineData("avg==10", 10, true)]
    [InlineData("avg==10", 11, false)]
    [InlineData("avg!=10", 10, false)]
    [InlineData("avg!=10", 11, true)]
    public void A_bound_is_strict_or_inclusive_as_its_operator_says(string text, double measured, bool holds)
    {
        Assert.True(K6ThresholdExpression.TryParse(text, out var expression, out _));
        Assert.Equal(holds, expression.Holds(measured));
    }

    [Theory]
    [InlineData("avg<10")]
    [InlineData("avg>10")]
    [InlineData("avg!=10")]
    public void What_is_no_number_never_holds(string text)
    {
        Assert.True(K6ThresholdExpression.TryParse(text, out var expression, out _));
        Assert.False(expression.Holds(double.NaN));
        Assert.False(expression.Holds(double.PositiveInfinity));
        Assert.False(expression.Holds(double.NegativeInfinity));
    }
}
