using PerfGate.Tests.K6Output;

namespace PerfGate.Tests.Cli;

/// <summary>What is done to the past, and what comes from elsewhere.</summary>
public sealed class BaselineAndImportTests(ServedFixture served) : IClassFixture<ServedFixture>, IDisposable
{
    private readonly DirectoryInfo _files = Directory.CreateTempSubdirectory("perfgate-import-cli-");

    private string[] Bounds => ["--type", "endurance", "--max-error-rate", "0.1", "--min-throughput", "1"];

    public void Dispose() => _files.Delete(recursive: true);

    [Fact]
    public async Task Output_of_elsewhere_becomes_a_run_a_baseline_and_an_undone_change()
    {
        var csv = Write("points.csv.gz");
        var first = await PerfGateProcess.RunAsync(
            ["import", csv, .. Bounds, "--json", "--junit", Path.Combine(_files.FullName, "junit.xml")],
            served.Folder
        );
        first.Was(0);
        Assert.Equal("passed", first.Json.GetProperty("verdict").GetString());
        Assert.True(File.Exists(Path.Combine(_files.FullName, "junit.xml")));
        var crossed = await PerfGateProcess.RunAsync(
            ["import", "--summary", Write("summary-export.json"), "--k6-exit-code", "99", .. Bounds],
            served.Folder
        );
        crossed.Was(1);
        Assert.StartsWith("FAILED", crossed.Output);
        Assert.Contains("http_req_failed", crossed.Output);
        var second = await PerfGateProcess.RunAsync(
            ["import", "--summary", Write("held.json", Captures.ExportWhereAllHeld("v2.2.0")), .. Bounds],
            served.Folder
        );
        second.Was(0);
        Assert.StartsWith("PASSED", second.Output);
        var other = await PerfGateProcess.RunAsync(["import", csv, .. Bounds, "--json"], served.Folder);
        other.Was(0);
        var later = other.Json.GetProperty("testId").GetString()!;
        var id = first.Json.GetProperty("testId").GetString()!;

        var none = await PerfGateProcess.RunAsync(["baselines", "undo", "stress/production"], served.Folder);
        var set = await PerfGateProcess.RunAsync(["baselines", "set", id, "--reason", "the start"], served.Folder);
        var list = await PerfGateProcess.RunAsync(["baselines", "list", "--json"], served.Folder);
        var update = await PerfGateProcess.RunAsync(
            ["baselines", "update", "endurance/staging", later, "--reason", "once more", "--json"],
            served.Folder
        );
        var history = await PerfGateProcess.RunAsync(["baselines", "history", "endurance/staging"], served.Folder);

        none.Was(3);
        Assert.Contains("There is no baseline of stress/production", none.Errors);
        set.Was(0);
        Assert.Contains("endurance/staging", set.Output);
        list.Was(0);
        var only = Assert.Single(list.Json.GetProperty("baselines").EnumerateArray());
        Assert.Equal(id, only.GetProperty("testId").GetString());
        update.Was(0);
        Assert.Equal(later, update.Json.GetProperty("testId").GetString());
        history.Was(0);
        Assert.Contains("the start", history.Output);
        var changes = await PerfGateProcess.RunAsync(
            ["baselines", "history", "endurance/staging", "--json"],
            served.Folder
        );
        changes.Was(0);
        Assert.Equal(
            ["once more", "the start"],
            changes
                .Json.GetProperty("changes")
                .EnumerateArray()
                .Select(change => change.GetProperty("note").GetString())
        );
        // What stands already is no change.
        var again = await PerfGateProcess.RunAsync(["baselines", "set", later, "--json"], served.Folder);
        again.Was(0);
        Assert.Equal(later, again.Json.GetProperty("testId").GetString());
        var undone = await PerfGateProcess.RunAsync(
            ["baselines", "undo", only.GetProperty("id").GetString()!, "--json"],
            served.Folder
        );
        undone.Was(0);
        Assert.Equal(id, undone.Json.GetProperty("testId").GetString());
        var nothing = await PerfGateProcess.RunAsync(["baselines", "undo", "endurance/staging"], served.Folder);
        nothing.Was(3);
        Assert.Contains("nothing to undo", nothing.Errors);
    }

    [Fact]
    public async Task Ndjson_packed_and_plain_and_the_summaries_of_each_release_are_imported_and_101_is_an_error()
    {
        foreach (var release in new[] { "v0.49.0", "v1.3.0", "v2.2.0" })
        {
            var packed = Write($"{release}.json.gz", Captures.Packed(release, "points.json.gz"));
            var plain = Write($"{release}.json", Captures.Read(release, "points.json.gz"));
            foreach (var output in new[] { packed, plain })
            {
                (await ImportAsync(output)).Was(0);
            }
            var export = Write($"{release}.export", Captures.Read(release, "summary-export.json"));
            (await ImportAsync("--summary", export)).Was(1);
            var handled = Write($"{release}.handled", Captures.Read(release, "handle-summary.json"));
            var summary = await ImportAsync("--summary", handled);
            summary.Was(release == "v2.2.0" ? 0 : 2);
            Assert.Equal(
                release == "v1.3.0",
                summary
                    .Json.GetProperty("reasons")
                    .ToString()
                    .Contains("k6-threshold-crossed", StringComparison.Ordinal)
            );
        }
        (await ImportAsync(Write("points.csv.gz"), "--k6-exit-code", "99")).Was(1);
        (await ImportAsync(Write("points.csv.gz"), "--k6-exit-code", "101")).Was(3);

        Task<CliResult> ImportAsync(params string[] what) =>
            PerfGateProcess.RunAsync(
                ["import", .. what, "--type", "load", "--max-error-rate", "0.1", "--min-throughput", "1", "--json"],
                served.Folder
            );
    }

    [Fact]
    public async Task What_is_no_output_of_k6_is_refused_by_part_and_line()
    {
        var path = Path.Combine(_files.FullName, "no.csv");
        await File.WriteAllTextAsync(path, "metric_name,what\n1,2\n", TestContext.Current.CancellationToken);

        var result = await PerfGateProcess.RunAsync(["import", path, .. Bounds, "--json"], served.Folder);

        result.Was(65);
        Assert.StartsWith(
            "output[0]",
            result.Json.GetProperty("problem").GetProperty("errors")[0].GetProperty("field").GetString()!
        );
    }

    [Fact]
    public async Task A_check_of_a_healthy_target_is_well_and_of_a_dead_one_says_why()
    {
        var well = await PerfGateProcess.RunAsync(["check", "--base-url", served.Target, "--engine", "embedded"]);
        var told = await PerfGateProcess.RunAsync([
            "check",
            "--base-url",
            served.Target,
            "--engine",
            "embedded",
            "--scenario",
            "clientForm",
            "--json",
        ]);
        var dead = await PerfGateProcess.RunAsync([
            "check",
            "--base-url",
            "http://127.0.0.1:1",
            "--engine",
            "embedded",
            "--scenario",
            "clientForm",
            "--json",
        ]);
        var offline = await PerfGateProcess.RunAsync([
            "check",
            "--base-url",
            "http://127.0.0.1:1",
            "--engine",
            "embedded",
            "--no-iteration",
        ]);
        var without = await PerfGateProcess.RunAsync([
            "check",
            "--base-url",
            "http://127.0.0.1:1",
            "--engine",
            "/nowhere/k6",
        ]);

        well.Was(0);
        Assert.Contains("4 iterations", well.Output);
        told.Was(0);
        Assert.Equal(0, told.Json.GetProperty("exitCode").GetInt32());
        Assert.Equal(0, told.Json.GetProperty("problems").GetArrayLength());
        Assert.Equal(1, told.Json.GetProperty("iteration").GetProperty("iterations").GetInt32());
        dead.Was(1);
        Assert.Contains("requests failed", dead.Json.GetProperty("problems").ToString());
        offline.Was(0);
        without.Was(3);
        Assert.Contains("--engine is \"/nowhere/k6\"", without.Errors);
    }

    private string Write(string capture) => Write(capture, Captures.Read("v2.2.0", capture));

    private string Write(string name, byte[] content)
    {
        var path = Path.Combine(_files.FullName, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
