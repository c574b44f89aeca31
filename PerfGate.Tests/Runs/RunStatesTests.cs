using PerfGate.Core.Runs;

namespace PerfGate.Tests.Runs;

public class RunStatesTests
{
    [Theory]
    [InlineData(RunStatus.Queued, "Running Failed Cancelled")]
    [InlineData(RunStatus.Running, "Completed Failed Cancelled")]
    [InlineData(RunStatus.Completed, "")]
    [InlineData(RunStatus.Failed, "")]
    [InlineData(RunStatus.Cancelled, "")]
    public void A_run_moves_only_forwards(RunStatus from, string allowed)
    {
        var moves = Enum.GetValues<RunStatus>().Where(to => RunStates.MayMove(from, to));

        Assert.Equal(allowed, string.Join(' ', moves));
        Assert.Equal(allowed.Length == 0, RunStates.IsEnd(from));
    }

    [Theory]
    [InlineData(Verdict.Passed, false, RunStatus.Completed)]
    [InlineData(Verdict.Failed, false, RunStatus.Completed)]
    [InlineData(Verdict.Inconclusive, false, RunStatus.Completed)]
    [InlineData(Verdict.Error, false, RunStatus.Failed)]
    [InlineData(Verdict.Inconclusive, true, RunStatus.Cancelled)]
    [InlineData(Verdict.Error, true, RunStatus.Cancelled)]
    public void A_verdict_says_where_a_run_ends(Verdict verdict, bool cancelled, RunStatus status) =>
        Assert.Equal(status, VerdictRule.StatusOf(new RunVerdict(verdict, []), cancelled));
}
