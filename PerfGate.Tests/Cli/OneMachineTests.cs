using System.Text.Json;
using PerfGate.Tests.EndToEnd;
using PerfGate.Tests.Faults;
using PerfGate.Tests.Runner;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Cli;

/// <summary>Runs without a server: one is started for them, and ends with them.</summary>
public sealed class OneMachineTests(PostgresFixture postgres) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("perfgate-alone-");

    private string Address => Path.Combine(_folder.FullName, ".perfgate", "server.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_run_alone_brings_its_server_and_leaves_what_was_found()
    {
        await using var platform = await GateFixture.StartPlatformAsync();
        var migrated = await PerfGateProcess.RunAsync(["migrate", "--json"], _folder.FullName);
        var again = await PerfGateProcess.RunAsync(["migrate"], _folder.FullName);
        // What a server that was killed leaves behind: a process id that is another's by now.
        await File.WriteAllTextAsync(
            Address,
            $$"""{"address": "http://127.0.0.1:1/", "processId": {{Environment.ProcessId}}, "processStartedAt": "2020-01-01T00:00:00Z"}""",
            TestContext.Current.CancellationToken
        );

        var run = await PerfGateProcess.RunToVerdictAsync(
            [
                "run",
                "--base-url",
                platform.Urls.First(),
                "--duration",
                "6",
                "--min-throughput",
                "5",
                "--json",
                "--engine",
                "embedded",
            ],
            _folder.FullName
        );

        migrated.Was(0);
        Assert.Equal("0001_mission_tables", migrated.Json.GetProperty("applied")[0].GetString());
        Assert.Contains("nothing to apply", again.Output);
        run.Was(0);
        Assert.Contains("in this process", run.Errors);
        Assert.StartsWith(
            "embedded",
            run.Json.GetProperty("results").GetProperty("engine").GetString(),
            StringComparison.Ordinal
        );
        var gate = await PerfGateProcess.RunAsync(
            ["gate", run.Json.GetProperty("testId").GetString()!, "--json"],
            _folder.FullName
        );
        gate.Was(0);
        Assert.Equal("passed", gate.Json.GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task A_server_that_a_run_brings_reads_the_settings_that_a_served_one_reads()
    {
        var result = await PerfGateProcess.RunAsync(
            ["run", "--base-url", "http://127.0.0.1:1", "--duration", "5", "--json", "--engine", "embedded"],
            _folder.FullName,
            null,
            ("PerfGate__Environments__Staging__Targets", "shop.example")
        );

        result.Was(65);
        Assert.Contains("PerfGate__Environments__Staging__Targets", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_asked_for_json_says_where_it_listens_and_nothing_else()
    {
        await using var program = PerfGateProcess.Start(
            ["serve", "--json", "--urls", "http://127.0.0.1:0", "--postgres", await postgres.CreateEmptyAsync()],
            _folder.FullName
        );
        await RunnerUnderTest.EventuallyAsync(() => File.Exists(Address), "the server listens");
        var left = JsonSerializer.Deserialize<JsonElement>(
            await File.ReadAllTextAsync(Address, TestContext.Current.CancellationToken)
        );
        // It is left a moment before it is said.
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);

        program.Signal("TERM");
        var result = await program.EndAsync();

        result.Was(0);
        Assert.Equal(left.GetProperty("address").GetString(), result.Json.GetProperty("address").GetString());
        Assert.Equal(left.GetProperty("processId").GetInt32(), result.Json.GetProperty("processId").GetInt32());
        Assert.Equal(Path.GetDirectoryName(Address), result.Json.GetProperty("dataFolder").GetString());
    }

    [Fact]
    public async Task A_demo_told_as_json_is_one_document_whose_exit_code_is_the_programs()
    {
        var result = await PerfGateProcess.RunAsync(
            ["demo", "--duration", "10", "--json", "--engine", "embedded"],
            _folder.FullName
        );

        var told = result.Json;
        var verdicts = told.GetProperty("runs")
            .EnumerateArray()
            .Select(run => run.GetProperty("verdict").GetString()!)
            .ToList();
        result.Was(told.GetProperty("exitCode").GetInt32());
        // Staged, or told that the machine is too busy to tell, after a second try.
        if (verdicts.TakeLast(2).All(verdict => verdict == "inconclusive"))
        {
            result.Was(1);
            Assert.Contains("too busy to tell", result.Errors);
            return;
        }
        result.Was(0);
        Assert.Equal(["passed", "failed"], verdicts.Where(verdict => verdict != "inconclusive"));
        Assert.Contains("As staged", result.Errors);
    }

    [Fact]
    public async Task Ctrl_C_ends_a_run_alone_with_all_it_started()
    {
        await using var platform = await GateFixture.StartPlatformAsync();
        await using var program = PerfGateProcess.Start(
            ["run", "--base-url", platform.Urls.First(), "--duration", "5m", "--engine", "embedded"],
            _folder.FullName
        );
        await program.SaysAsync("→ Run ");
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);

        program.Signal("INT");
        var result = await program.EndAsync();

        result.Was(130);
        Assert.Contains("The run is cancelled.", result.Errors);
    }

    [Fact]
    public async Task A_server_that_goes_away_for_long_is_given_up_with_exit_3()
    {
        await using var platform = await GateFixture.StartPlatformAsync();
        await using var host = await HostProcess.StartAsync(
            Path.GetDirectoryName(Address)!,
            await postgres.CreateEmptyAsync()
        );
        var left = JsonSerializer.Deserialize<JsonElement>(
            await File.ReadAllTextAsync(Address, TestContext.Current.CancellationToken)
        );
        Assert.Equal(host.Id, left.GetProperty("processId").GetInt32());
        await using var program = PerfGateProcess.Start(
            ["run", "--base-url", platform.Urls.First(), "--duration", "5m", "--patience", "3s", "--json"],
            _folder.FullName
        );
        await program.SaysAsync("→ Run ");

        await host.KillAsync();
        var result = await program.EndAsync();

        result.Was(3);
        Assert.Contains("trying again", result.Errors);
        Assert.Contains("gave no answer for 3 s", result.Errors);
        Assert.Equal(3, result.Json.GetProperty("exitCode").GetInt32());
    }
}
