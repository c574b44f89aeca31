using PerfGate.Core.Baselines;
using PerfGate.Tests.Runs;

namespace PerfGate.Tests.Baselines;

public class EngineKindTests
{
    [Theory]
    [InlineData("k6 v2.2.0", EngineKind.K6)]
    [InlineData("imported k6 v0.49.0", EngineKind.K6)]
    [InlineData("embedded 0.1.0", EngineKind.Embedded)]
    [InlineData("", EngineKind.K6)]
    [InlineData(null, EngineKind.K6)]
    public void The_kind_is_read_from_what_a_result_says_of_its_engine(string? engine, EngineKind kind) =>
        Assert.Equal(kind, EngineKinds.Of(engine));

    [Fact]
    public void A_past_of_other_engines_alone_is_said_to_be_none()
    {
        var comparison = BaselineComparer.Compare([], SampleGrounds.Accepted(), EngineKind.Embedded, 3);

        Assert.Equal(BaselineState.None, comparison.State);
        Assert.Contains("no past of this engine", comparison.Sentence, StringComparison.Ordinal);
        Assert.Contains("the embedded engine", comparison.Sentence, StringComparison.Ordinal);
    }
}
