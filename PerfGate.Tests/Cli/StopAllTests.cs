using System.Text.RegularExpressions;

namespace PerfGate.Tests.Cli;

/// <summary>The emergency stop from a terminal.</summary>
public sealed partial class StopAllTests(ServedFixture served) : IClassFixture<ServedFixture>
{
    [Fact]
    public async Task Everything_is_stopped_shown_and_lifted()
    {
        var stop = await PerfGateProcess.RunAsync(["stop-all", "--reason", "the shop is down"], served.Folder);
        var refused = await PerfGateProcess.RunAsync(
            ["run", "--base-url", "http://127.0.0.1:9", "--duration", "2s"],
            served.Folder
        );
        var shown = await PerfGateProcess.RunAsync(["stop-all", "--show", "--json"], served.Folder);
        var one = await PerfGateProcess.RunAsync(["stop-all", "--lift", "--environment", "staging"], served.Folder);
        var all = await PerfGateProcess.RunAsync(["stop-all", "--lift"], served.Folder);

        stop.Was(0);
        Assert.Contains("0 runs under load end now; 0 that waited are cancelled.", stop.Output);
        Assert.Contains("Nothing starts on staging", stop.Output);
        refused.Was(3);
        Assert.Contains("the shop is down", Spaces().Replace(refused.Errors, " "));
        shown.Was(0);
        Assert.Equal(2, shown.Json.GetProperty("stops").GetArrayLength());
        one.Was(0);
        Assert.Contains("Nothing starts on production", one.Output);
        Assert.DoesNotContain("staging", one.Output);
        all.Was(0);
        Assert.Contains("Nothing is stopped", all.Output);
    }

    [Theory]
    [InlineData]
    [InlineData("--reason", "x", "--lift")]
    [InlineData("--lift", "--show")]
    public async Task It_is_said_what_to_do(params string[] arguments)
    {
        var result = await PerfGateProcess.RunAsync(["stop-all", .. arguments]);

        result.Was(64);
        Assert.Contains("stop-all needs --reason TEXT to stop, or --lift, or --show", result.Errors);
    }

    // A terminal breaks lines where it likes.
    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
