using System.Text.Json;
using System.Text.Json.Nodes;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Scripts;

namespace PerfGate.Tests.Cli;

/// <summary>What needs no server: mistakes, scripts, tokens.</summary>
public sealed class UsageTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("perfgate-cli-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("--arival-rate", "Did you mean --arrival-rate?")]
    [InlineData("--max-p59", "Did you mean --max-p95?")]
    public async Task An_unknown_option_is_refused_and_the_one_meant_is_named(string option, string meant)
    {
        var result = await PerfGateProcess.RunAsync(["run", option, "3"]);

        result.Was(64);
        Assert.Contains(meant, result.Errors);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task An_unknown_command_is_refused_and_the_one_meant_is_named()
    {
        var result = await PerfGateProcess.RunAsync(["scritp"]);

        result.Was(64);
        Assert.Contains("Did you mean script?", result.Errors);
    }

    [Fact]
    public async Task An_unusable_request_names_every_field_and_starts_nothing()
    {
        var result = await PerfGateProcess.RunAsync(
            ["run", "--base-url", "ftp://x", "--duration", "2y", "--max-error-rate", "2"],
            _folder.FullName
        );

        result.Was(65);
        Assert.Contains("configuration.baseUrl", result.Errors);
        Assert.Contains("configuration.duration", result.Errors);
        Assert.Contains("configuration.thresholds.maxErrorRate", result.Errors);
        Assert.Empty(_folder.GetFileSystemInfos());
    }

    [Fact]
    public async Task With_json_a_refusal_is_one_document_on_standard_output()
    {
        var result = await PerfGateProcess.RunAsync(["script", "--base-url", "ftp://x", "--json"]);

        result.Was(65);
        Assert.Equal(65, result.Json.GetProperty("exitCode").GetInt32());
        var error = Assert.Single(result.Json.GetProperty("problem").GetProperty("errors").EnumerateArray());
        Assert.Equal("configuration.baseUrl", error.GetProperty("field").GetString());
    }

    [Fact]
    public async Task A_missing_file_and_broken_json_are_told_apart()
    {
        var missing = await PerfGateProcess.RunAsync(["script", "nothing.json"], _folder.FullName);
        var broken = await PerfGateProcess.RunAsync(["script", "-", "--vus", "4"], input: "{ not json");

        missing.Was(64);
        broken.Was(65);
        Assert.Contains("is not valid JSON at line 1", broken.Errors);
    }

    [Fact]
    public async Task The_script_of_options_is_the_script_that_would_run()
    {
        var result = await PerfGateProcess.RunAsync([
            "script",
            "--base-url",
            "http://127.0.0.1:8080",
            "--type",
            "spike",
            "--arrival-rate",
            "12",
            "--duration",
            "90",
            "--scenario",
            "photoGallery=3",
            "--scenario",
            "clientForm",
            "--max-p95",
            "800",
            "--k6-threshold",
            "http_req_duration{scenario:clientForm}:p(99)<1500",
            "--tag",
            "build=1.2",
        ]);

        result.Was(0);
        Assert.Equal(
            Script(
                """
                {"testType": "spike", "environment": "staging", "configuration": {
                  "baseUrl": "http://127.0.0.1:8080", "arrivalRate": 12, "duration": 90,
                  "scenarios": [{"name": "photoGallery", "weight": 3}, {"name": "clientForm"}],
                  "thresholds": {"maxP95ResponseTime": 800, "k6": {"http_req_duration{scenario:clientForm}": ["p(99)<1500"]}},
                  "tags": {"build": "1.2"}}}
                """
            ),
            result.Output
        );
    }

    [Fact]
    public async Task With_json_a_script_comes_with_its_plan_in_one_document()
    {
        var line = new[] { "script", "--base-url", "http://127.0.0.1:8080", "--vus", "4", "--duration", "20" };
        var plain = await PerfGateProcess.RunAsync(line);

        var told = await PerfGateProcess.RunAsync([.. line, "--json"]);

        told.Was(0);
        Assert.Equal(plain.Output, told.Json.GetProperty("script").GetString());
        Assert.Equal(4, told.Json.GetProperty("plan").GetProperty("maxVus").GetInt32());
        Assert.False(told.Json.TryGetProperty("file", out _));
    }

    [Fact]
    public async Task Options_override_a_file_and_keep_the_rest()
    {
        const string Request = """
            {"testType": "stress", "environment": "production", "configuration": {
              "baseUrl": "http://127.0.0.1:1", "arrivalRate": 7, "duration": "40s",
              "scenarios": [{"name": "own", "steps": [{"method": "GET", "path": "/"}]}]}}
            """;

        var result = await PerfGateProcess.RunAsync(
            ["script", "-", "--base-url", "http://127.0.0.1:2", "--vus", "5", "--stage", "10s:5", "--stage", "5s:0"],
            input: Request
        );

        result.Was(0);
        var expected = JsonNode.Parse(Request)!;
        expected["configuration"] = JsonNode.Parse(
            """
            {"baseUrl": "http://127.0.0.1:2", "vus": 5, "stages": [{"duration": "10s", "target": 5}, {"duration": "5s", "target": 0}],
             "scenarios": [{"name": "own", "steps": [{"method": "GET", "path": "/"}]}]}
            """
        );
        Assert.Equal(Script(expected.ToJsonString()), result.Output);
    }

    [Fact]
    public async Task A_token_says_who_may_do_what_until_when()
    {
        var result = await PerfGateProcess.RunAsync(
            ["token", "--role", "Viewer", "--subject", "nightly", "--lifetime", "30m", "--json"],
            _folder.FullName
        );

        result.Was(0);
        var payload = result.Json.GetProperty("token").GetString()!.Split('.')[1].Replace('-', '+').Replace('_', '/');
        var claims = JsonSerializer.Deserialize<JsonElement>(
            Convert.FromBase64String(payload.PadRight((payload.Length + 3) / 4 * 4, '='))
        );
        Assert.Equal("nightly", claims.GetProperty("sub").GetString());
        Assert.Equal("PerfGate.Viewer", claims.GetProperty("roles").GetString());
        Assert.Equal(1800, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
        Assert.True(File.Exists(Path.Combine(_folder.FullName, ".perfgate", "signing-key")));
    }

    [Theory]
    [InlineData("abc", "--vus", "run", "--vus", "abc")]
    [InlineData("soke", "load, stress, spike, endurance. Did you mean spike?", "run", "--type", "soke")]
    [InlineData("Boss", "Viewer, Engineer, Admin", "token", "--role", "Boss")]
    [InlineData("9y", "1m to 1000h", "token", "--lifetime", "9y")]
    [InlineData("5", "10 to 600", "demo", "--duration", "5")]
    [InlineData("banana", "http or https", "serve", "--urls", "banana")]
    [InlineData("clouds", "processes, containers", "serve", "--runners", "clouds")]
    [InlineData("300", "0 to 255", "import", "x.csv", "--k6-exit-code", "300")]
    [InlineData("load", "TYPE/ENVIRONMENT", "baselines", "undo", "load")]
    [InlineData("0", "1 to 200", "baselines", "history", "load/staging", "--limit", "0")]
    [InlineData("fish", "bash, zsh, pwsh", "completion", "fish")]
    [InlineData("pdf", "html, markdown, junit", "report", "4f1c1e6e-7d0a-4d0e-9d9e-0a3a0c1b2d3e", "--format", "pdf")]
    public async Task A_value_that_cannot_be_is_named_with_what_is_allowed(
        string value,
        string allowed,
        params string[] line
    )
    {
        var result = await PerfGateProcess.RunAsync(line, _folder.FullName);

        result.Was(64);
        Assert.Contains($"\"{value}\"", result.Errors);
        Assert.Contains(allowed, result.Errors.ReplaceLineEndings(" "));
        Assert.Empty(_folder.GetFileSystemInfos());
    }

    [Fact]
    public async Task Runners_in_containers_that_are_not_set_up_start_no_server_and_every_setting_is_named()
    {
        var result = await PerfGateProcess.RunAsync(["serve", "--runners", "containers"], _folder.FullName);

        result.Was(64);
        Assert.Contains("PerfGate__Containers__SubscriptionId is not set", result.Errors);
        Assert.Contains("PerfGate__Containers__Image is not set", result.Errors);
        Assert.Contains("PerfGate__BlobServiceUrl is not set", result.Errors);
        Assert.Empty(_folder.GetFileSystemInfos());
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("run", "--base-url", "http://127.0.0.1:1")]
    public async Task Settings_that_cannot_be_used_start_no_server_whichever_command_would(params string[] line)
    {
        var result = await PerfGateProcess.RunAsync(
            line,
            _folder.FullName,
            null,
            ("PerfGate__Strip", "a(?=b)"),
            ("PerfGate__Environments__Staging__Targets", "https://shop.example")
        );

        result.Was(64);
        Assert.Contains("PerfGate__Strip", result.Errors);
        Assert.Contains("PerfGate__Environments__Staging__Targets", result.Errors);
        Assert.Empty(_folder.GetFileSystemInfos());
    }

    [Fact]
    public async Task Limits_of_this_machine_hold_for_requests_that_need_no_server_elsewhere()
    {
        string[] request = ["--base-url", "http://127.0.0.1:1", "--vus", "1500", "--type", "endurance"];

        var refused = await PerfGateProcess.RunAsync(["script", .. request]);
        var allowed = await PerfGateProcess.RunAsync(
            ["script", .. request],
            null,
            null,
            ("PerfGate__Environments__Staging__MaxVus", "2000")
        );

        refused.Was(65);
        allowed.Was(0);
    }

    [Fact]
    public async Task A_shell_is_told_what_may_come_next()
    {
        var commands = await PerfGateProcess.RunAsync(["[suggest:10]", "perfgate b"]);
        var types = await PerfGateProcess.RunAsync(["[suggest:20]", "perfgate run --type "]);
        var script = await PerfGateProcess.RunAsync(["completion", "zsh", "--json"]);

        Assert.Equal("baselines", commands.Output.Trim());
        Assert.Contains("spike", types.Output);
        Assert.Contains("compdef _perfgate perfgate", script.Json.GetProperty("script").GetString());
    }

    [Fact]
    public async Task A_server_elsewhere_wants_a_token()
    {
        var result = await PerfGateProcess.RunAsync(
            ["gate", Guid.NewGuid().ToString(), "--server", "http://127.0.0.1:1"],
            _folder.FullName
        );

        result.Was(64);
        Assert.Contains("PERFGATE_TOKEN", result.Errors);
    }

    private static string Script(string request)
    {
        var read = RequestReader.Read(System.Text.Encoding.UTF8.GetBytes(request), Limits.Default).Value!;
        return K6TestOrchestrator.GenerateK6Script(read, LoadPlanner.Plan(read, Limits.Default));
    }
}
