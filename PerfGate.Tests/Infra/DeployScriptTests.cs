using System.Text.RegularExpressions;
using PerfGate.Tests.Architecture;
using PerfGate.Tests.Cli;
using PerfGate.Tests.EndToEnd;

namespace PerfGate.Tests.Infra;

public sealed partial class DeployScriptTests(GateFixture gate) : IClassFixture<GateFixture>
{
    private static readonly string[] WholeWay =
    [
        "az deployment sub what-if",
        "az deployment sub create",
        "az acr build",
        "az postgres flexible-server firewall-rule create",
        "az account get-access-token --resource-type oss-rdbms",
        "perfgate migrate",
        "password database-token",
        "dotnet publish",
        "zip",
        "az functionapp deployment source config-zip",
        "az account get-access-token --resource api://11111111-2222-3333-4444-555555555555",
        "perfgate run",
        "az postgres flexible-server firewall-rule delete",
    ];

    [Fact]
    public async Task The_whole_way_goes_in_order_and_ends_with_the_gate_of_a_run()
    {
        using var script = Deployed();
        await using var platform = await GateFixture.StartPlatformAsync();

        var result = await script.RunAsync(
            "",
            [
                "staging",
                "--yes",
                "--address",
                "192.0.2.7",
                "--parameters",
                script.WithTargets("127.0.0.1"),
                "--smoke-url",
                platform.Urls.First(),
            ]
        );

        result.Was(0);
        Begin(WholeWay, script.Calls);
        Assert.Contains("PERFGATE_DATABASE_ADMIN=engineer@example.com", script.Parameters);
        Assert.Contains(
            script.Calls,
            call =>
                call.StartsWith(
                    "perfgate migrate --grant-to id-perfgate-staging-app --entra-identity",
                    StringComparison.Ordinal
                )
        );
        Assert.Contains(script.Parameters, line => Budget().IsMatch(line));
        Assert.Contains(script.Calls, call => call.Contains("--start-ip-address 192.0.2.7", StringComparison.Ordinal));
        Assert.DoesNotContain(
            script.Calls,
            call =>
                call.Contains("Password", StringComparison.OrdinalIgnoreCase)
                && !call.StartsWith("password ", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task On_production_the_run_at_the_end_is_confirmed()
    {
        using var script = Deployed();
        await using var platform = await GateFixture.StartPlatformAsync();

        var result = await OnProductionAsync(script, platform.Urls.First());

        result.Was(0);
        Begin([.. WholeWay[..3], .. WholeWay[7..12]], script.Calls);
    }

    [Fact]
    public async Task A_run_that_is_refused_at_the_end_is_told_from_a_gate()
    {
        using var script = Deployed();

        var result = await OnProductionAsync(script, "ftp://127.0.0.1");

        result.Was(65);
        Assert.Contains("configuration.baseUrl", result.Errors, StringComparison.Ordinal);
        Assert.Contains("deployed, but the short run was refused", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_that_the_app_would_refuse_is_said_before_anything_is_called()
    {
        using var script = Deployed();

        var result = await script.RunAsync("", ["staging", "--yes", "--smoke-url", "https://staging.example.com"]);

        result.Was(64);
        Assert.Contains("targetHosts", result.Errors, StringComparison.Ordinal);
        Assert.Empty(script.Calls);
    }

    [Fact]
    public async Task A_failed_gate_is_the_exit_status()
    {
        using var script = Deployed();

        // Nobody listens there.
        var result = await script.RunAsync(
            "",
            [
                "staging",
                "--yes",
                "--address",
                "192.0.2.7",
                "--parameters",
                script.WithTargets("127.0.0.1"),
                "--smoke-url",
                "http://127.0.0.1:1",
            ]
        );

        result.Was(1);
        Begin(WholeWay, script.Calls);
    }

    [Fact]
    public async Task Without_a_target_no_run_is_made()
    {
        using var script = Deployed();

        var result = await script.RunAsync("y\n", ["staging", "--address", "192.0.2.7"]);

        result.Was(0);
        Begin([.. WholeWay[..10], WholeWay[^1]], script.Calls);
    }

    [Theory]
    [InlineData("n\n")]
    [InlineData("\n")]
    [InlineData("")]
    public async Task Who_does_not_agree_after_the_preview_changes_nothing(string answer)
    {
        using var script = new DeployedScript();

        var result = await script.RunAsync(answer, ["staging"]);

        result.Was(4);
        Begin(["az deployment sub what-if"], script.Calls);
    }

    [Fact]
    public async Task A_preview_alone_asks_nothing()
    {
        using var script = new DeployedScript();

        (await script.RunAsync("", ["production", "--what-if"])).Was(0);
        Begin(["az deployment sub what-if"], script.Calls);
    }

    [Theory]
    [InlineData("deployment sub what-if", 1)]
    [InlineData("deployment sub create", 2)]
    [InlineData("acr build", 3)]
    [InlineData("functionapp deployment", 10)]
    public async Task What_fails_is_named_and_nothing_comes_after_it(string call, int calls)
    {
        using var script = Deployed();
        script.Environment["AZ_FAILS"] = call;

        var result = await script.RunAsync("", ["staging", "--yes", "--address", "192.0.2.7"]);

        result.Was(70);
        Assert.Contains("failed (exit status 1); nothing after it was done", result.Errors, StringComparison.Ordinal);
        Begin(calls > 3 ? [.. WholeWay[..calls], WholeWay[^1]] : WholeWay[..calls], script.Calls);
    }

    [Fact]
    public async Task The_way_to_the_database_is_closed_again_where_the_migration_fails()
    {
        using var script = Deployed();
        script.Environment["MIGRATION_STATUS"] = "3";

        var result = await script.RunAsync("", ["staging", "--yes", "--address", "192.0.2.7"]);

        result.Was(70);
        Begin([.. WholeWay[..7], WholeWay[^1]], script.Calls);
    }

    [Fact]
    public async Task The_image_is_built_before_a_deployment_that_names_it_where_there_is_a_registry()
    {
        using var script = Deployed();
        script.Environment["AZ_REGISTRY"] = "crperfgate";

        (await script.RunAsync("", ["staging", "--yes", "--address", "192.0.2.7"])).Was(0);

        Begin(
            ["az deployment sub what-if", "az acr build", "az deployment sub create", "az postgres"],
            script.Calls.Take(4)
        );
        Assert.Contains(
            script.Calls,
            call =>
                call.StartsWith(
                    "az acr build --registry crperfgate --image perfgate-runner:1.2.3",
                    StringComparison.Ordinal
                )
        );
    }

    [Fact]
    public async Task A_database_without_a_public_address_is_left_to_the_app()
    {
        using var script = Deployed();
        script.Environment["AZ_PRIVATE"] = "true";

        (await script.RunAsync("", ["production", "--yes"])).Was(0);

        Begin([.. WholeWay[..3], .. WholeWay[7..10]], script.Calls);
    }

    [Fact]
    public async Task A_budget_that_is_there_keeps_its_beginning()
    {
        using var script = new DeployedScript();
        script.Environment["AZ_BUDGET"] = "2025-03-01T00:00:00Z";

        (await script.RunAsync("", ["staging", "--what-if"])).Was(0);

        Assert.Contains("PERFGATE_BUDGET_START=2025-03-01", script.Parameters);
    }

    [Theory]
    [InlineData("which stage")]
    [InlineData("'test' cannot be used", "test")]
    [InlineData("--location needs a value", "staging", "--location")]
    [InlineData("one stage", "staging", "production")]
    public async Task What_cannot_be_used_is_said_before_anything_is_called(string said, params string[] arguments)
    {
        using var script = new DeployedScript();

        var result = await script.RunAsync("", arguments);

        result.Was(64);
        Assert.Contains(said, result.Errors, StringComparison.Ordinal);
        Assert.Empty(script.Calls);
    }

    [Fact]
    public async Task An_audience_and_somebody_who_hears_of_alerts_are_needed()
    {
        using var script = new DeployedScript();
        script.Environment["PERFGATE_AUDIENCE"] = "";

        var result = await script.RunAsync("", ["staging"]);

        result.Was(64);
        Assert.Contains("PERFGATE_AUDIENCE is not set", result.Errors, StringComparison.Ordinal);
        Assert.Empty(script.Calls);
    }

    [Fact]
    public void Every_value_that_the_parameter_files_read_is_set_by_the_script()
    {
        var script = File.ReadAllText(Path.Combine(BicepCompiler.Folder, "deploy.sh"));

        Assert.All(
            Repository.Files(".bicepparam").SelectMany(file => Read().Matches(File.ReadAllText(file.FullName))),
            read => Assert.Matches($"export [^\n]*{read.Groups[1].Value}", script)
        );
        Assert.Equal(
            BicepCompiler.Environment.Keys.Order(StringComparer.Ordinal),
            Repository
                .Files(".bicepparam")
                .SelectMany(file => Read().Matches(File.ReadAllText(file.FullName)))
                .Select(read => read.Groups[1].Value)
                .Distinct()
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Outputs_that_it_asks_for_are_there_and_the_image_has_one_name()
    {
        var script = File.ReadAllText(Path.Combine(BicepCompiler.Folder, "deploy.sh"));
        var main = File.ReadAllText(Path.Combine(BicepCompiler.Folder, "main.bicep"));

        Assert.All(
            Output().Matches(script),
            output => Assert.Contains($"\noutput {output.Groups[1].Value} ", main, StringComparison.Ordinal)
        );
        Assert.Contains("var runnerRepository = 'perfgate-runner'", main, StringComparison.Ordinal);
        Assert.Contains("--image \"perfgate-runner:$PERFGATE_RUNNER_TAG\"", script, StringComparison.Ordinal);
    }

    /// <summary>Deploys where the database is reached from its network alone, with a short run at the end.</summary>
    private static Task<CliResult> OnProductionAsync(DeployedScript script, string target)
    {
        script.Environment["AZ_PRIVATE"] = "true";
        return script.RunAsync(
            "",
            "production",
            "--yes",
            "--parameters",
            script.WithTargets("127.0.0.1", "production"),
            "--smoke-url",
            target
        );
    }

    private DeployedScript Deployed() => new() { Api = (gate.Server.Address, gate.Server.IssueToken("deployment")) };

    private static void Begin(IEnumerable<string> expected, IEnumerable<string> calls)
    {
        var made = calls.ToList();
        var wanted = expected.ToList();
        Assert.True(
            wanted.Count == made.Count
                && wanted.Zip(made).All(pair => pair.Second.StartsWith(pair.First, StringComparison.Ordinal)),
            $"expected\n{string.Join('\n', wanted)}\nbut was\n{string.Join('\n', made)}"
        );
    }

    [GeneratedRegex(@"^PERFGATE_BUDGET_START=20\d\d-\d\d-01$")]
    private static partial Regex Budget();

    [GeneratedRegex(@"readEnvironmentVariable\('(\w+)'")]
    private static partial Regex Read();

    [GeneratedRegex(@"\(output (\w+)\)")]
    private static partial Regex Output();
}
