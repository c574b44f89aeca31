using PerfGate.Core.Runs;

namespace PerfGate.Tests.Cli;

/// <summary>Runs on the server that serves the data folder, or on one named.</summary>
public sealed class RunCommandTests(ServedFixture served) : IClassFixture<ServedFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_that_passes_exits_0_and_leaves_the_reports_asked_for()
    {
        var result = await PerfGateProcess.RunToVerdictAsync(
            [
                "run",
                .. served.ShortLoad,
                "--junit",
                "out/junit.xml",
                "--markdown",
                "out/report.md",
                "--html",
                "out/report.html",
            ],
            served.Folder
        );

        result.Was(0);
        Assert.StartsWith("PASSED", result.Output);
        Assert.Contains("maxP95ResponseTime", result.Output);
        Assert.Contains("serves", result.Errors);
        var reports = Path.Combine(served.Folder, "out");
        Assert.Contains("<testsuite", await File.ReadAllTextAsync(Path.Combine(reports, "junit.xml"), Cancellation));
        Assert.StartsWith("## ", await File.ReadAllTextAsync(Path.Combine(reports, "report.md"), Cancellation));
        Assert.Contains("<svg", await File.ReadAllTextAsync(Path.Combine(reports, "report.html"), Cancellation));
    }

    [Fact]
    public async Task A_run_that_fails_exits_1_and_its_gate_and_reports_can_be_asked_for_later()
    {
        var run = await PerfGateProcess.RunToVerdictAsync(
            ["run", .. served.ShortLoad, "--max-avg", "1", "--json"],
            served.Folder
        );

        run.Was(1);
        Assert.Equal("failed", run.Json.GetProperty("verdict").GetString());
        Assert.Equal(1, run.Json.GetProperty("exitCode").GetInt32());
        var id = run.Json.GetProperty("testId").GetString()!;

        var gate = await PerfGateProcess.RunAsync(["gate", id], served.Folder);
        gate.Was(1);
        Assert.StartsWith("FAILED", gate.Output);
        Assert.Contains("maxAvgResponseTime", gate.Output);

        var report = await PerfGateProcess.RunAsync(["report", id, "--format", "markdown"], served.Folder);
        report.Was(0);
        Assert.StartsWith("## ", report.Output);

        var file = await PerfGateProcess.RunAsync(["report", id, "-o", "report.html", "--json"], served.Folder);
        file.Was(0);
        Assert.Contains("<svg", await File.ReadAllTextAsync(file.Json.GetProperty("file").GetString()!, Cancellation));
    }

    [Fact]
    public async Task A_run_without_evidence_exits_2()
    {
        var result = await PerfGateProcess.RunAsync(
            ["run", "-", "--json"],
            served.Folder,
            $$"""
            {"testType": "endurance", "environment": "staging", "configuration": {
              "baseUrl": "{{served.Target}}", "arrivalRate": 2, "duration": 3, "scenarios": [{"name": "clientForm"}]
            } }
            """
        );

        result.Was(2);
        Assert.Equal("inconclusive", result.Json.GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task A_server_elsewhere_is_reached_by_its_url_and_token()
    {
        var token = await PerfGateProcess.RunAsync(["token"], served.Folder);
        var elsewhere = Directory.CreateTempSubdirectory("perfgate-elsewhere-");
        try
        {
            var result = await PerfGateProcess.RunToVerdictAsync(
                ["run", .. served.ShortLoad],
                elsewhere.FullName,
                ("PERFGATE_SERVER", served.Gate.Server.ToString()),
                ("PERFGATE_TOKEN", token.Output)
            );
            result.Was(0);
            Assert.Empty(elsewhere.GetFileSystemInfos());

            var refused = await PerfGateProcess.RunAsync([
                "run",
                "--base-url",
                "ftp://x",
                "--server",
                served.Gate.Server.ToString(),
                "--token",
                token.Output.Trim(),
            ]);
            refused.Was(65);
            Assert.Contains("configuration.baseUrl", refused.Errors);

            var unbelieved = await PerfGateProcess.RunAsync([
                "run",
                .. served.ShortLoad,
                "--server",
                served.Gate.Server.ToString(),
                "--token",
                "x.y.z",
            ]);
            unbelieved.Was(3);
            Assert.Contains("401", unbelieved.Errors);
        }
        finally
        {
            elsewhere.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Ctrl_C_cancels_the_run_and_exits_130()
    {
        await using var program = PerfGateProcess.Start(["run", .. served.Load("5m")], served.Folder);
        var id = Guid.Parse(await program.SaysAsync("→ Run "));
        while ((await served.Gate.GetRunAsync(id, Cancellation)).Status == RunStatus.Queued)
        {
            await Task.Delay(100, Cancellation);
        }
        var early = await PerfGateProcess.RunAsync(["gate", id.ToString()], served.Folder);

        program.Signal("INT");
        var result = await program.EndAsync();

        early.Was(75);
        Assert.Contains("no verdict yet", early.Output);
        result.Was(130);
        var run = await served.Gate.GetRunAsync(id, TimeSpan.FromSeconds(30), Cancellation);
        Assert.Equal(RunStatus.Cancelled, run.Status);
        var gate = await PerfGateProcess.RunAsync(["gate", id.ToString(), "--wait"], served.Folder);
        gate.Was(2);
    }

    [Fact]
    public async Task A_run_that_is_not_known_is_no_verdict()
    {
        var result = await PerfGateProcess.RunAsync(["gate", Guid.NewGuid().ToString(), "--json"], served.Folder);

        result.Was(3);
        Assert.Equal(404, result.Json.GetProperty("problem").GetProperty("status").GetInt32());
    }
}
