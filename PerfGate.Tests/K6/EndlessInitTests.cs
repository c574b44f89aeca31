namespace PerfGate.Tests.K6;

public sealed class EndlessInitTests
{
    [Fact]
    public async Task Init_code_that_does_not_end_is_refused_and_makes_no_load()
    {
        var run = await EngineRun.EmbeddedAsync("while (true) {} export default function () {}");

        Assert.Equal(107, run.ExitCode);
        Assert.Contains("the init code did not end within 60 s", run.Log, StringComparison.Ordinal);
        Assert.Empty(run.Rows);
    }
}
