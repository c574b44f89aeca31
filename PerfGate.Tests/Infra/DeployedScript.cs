using System.Diagnostics;
using PerfGate.Tests.Cli;

namespace PerfGate.Tests.Infra;

/// <summary>
/// <c>infra/deploy.sh</c> with programs on its PATH that note each call and answer as they would: az, zip, and the builds of
/// dotnet. The command line of PerfGate is the real one where it runs a test.
/// </summary>
internal sealed class DeployedScript : IDisposable
{
    private const string Az = """
        #!/bin/bash
        printf 'az %s\n' "$*" >> "$CALLS"
        [ -z "$AZ_FAILS" ] || case "$*" in *"$AZ_FAILS"*) echo "refused" >&2; exit 1 ;; esac
        case "$*" in
          "account show --query name"*) echo "a subscription" ;;
          "account show --query user.type"*) echo "user" ;;
          "ad signed-in-user show --query id"*) echo "66666666-7777-8888-9999-000000000000" ;;
          "ad signed-in-user show --query userPrincipalName"*) echo "engineer@example.com" ;;
          "consumption budget list"*) echo "$AZ_BUDGET" ;;
          "acr list"*) echo "$AZ_REGISTRY" ;;
          "account get-access-token --resource-type oss-rdbms"*) echo "database-token" ;;
          "account get-access-token --resource api://"*) echo "$API_TOKEN" ;;
          "deployment sub what-if"*|"deployment sub create"*) env | grep '^PERFGATE_' | sort >> "$CALLS.env" ;;
          *outputs.registryName*) echo "crperfgate" ;;
          *outputs.resourceGroupName*) echo "rg-perfgate-staging" ;;
          *outputs.functionAppName*) echo "func-perfgate" ;;
          *outputs.functionAppUrl*) echo "$API_URL" ;;
          *outputs.databaseIsPrivate*) echo "$AZ_PRIVATE" ;;
          *outputs.databaseServerName*) echo "psql-perfgate" ;;
          *outputs.databaseHost*) echo "psql-perfgate.postgres.database.azure.com" ;;
          *outputs.databaseName*) echo "perfgate" ;;
          *outputs.appIdentityName*) echo "id-perfgate-staging-app" ;;
        esac
        """;

    private const string Dotnet = """
        #!/bin/bash
        printf 'dotnet %s\n' "$*" >> "$CALLS"
        while [ $# -gt 0 ]; do [ "$1" != --output ] || mkdir -p "$2"; shift; done
        """;

    private const string Named = """
        #!/bin/bash
        printf '%s %s\n' "${0##*/}" "$*" >> "$CALLS"
        """;

    private const string PerfGate = """
        #!/bin/bash
        printf 'perfgate %s\n' "$*" >> "$CALLS"
        [ "$1" != migrate ] || { printf 'password %s\n' "$PGPASSWORD" >> "$CALLS"; exit "${MIGRATION_STATUS:-0}"; }
        exec "$REAL_DOTNET" "$REAL_PERFGATE" "$@"
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("perfgate-deploy-");

    public DeployedScript()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "deploy.sh is for a POSIX shell");
        foreach (
            var (name, text) in new[] { ("az", Az), ("dotnet", Dotnet), ("zip", Named), ("perfgate-cli", PerfGate) }
        )
        {
            var path = Path.Combine(_folder.FullName, name);
            File.WriteAllText(path, text.ReplaceLineEndings("\n") + "\n");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
    }

    /// <summary>Where PerfGate answers, and with which token.</summary>
    public (Uri Url, string Token) Api { get; set; } = (new Uri("http://127.0.0.1:9"), "none");

    /// <summary>More for its environment.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>What was called, in order, without what only reads.</summary>
    public IReadOnlyList<string> Calls =>
        [
            .. Lines("calls")
                .Where(line =>
                    !line.StartsWith("az account show", StringComparison.Ordinal)
                    && !line.StartsWith("az ad ", StringComparison.Ordinal)
                    && !line.StartsWith("az deployment sub show", StringComparison.Ordinal)
                    && !line.StartsWith("az consumption", StringComparison.Ordinal)
                    && !line.StartsWith("az acr list", StringComparison.Ordinal)
                ),
        ];

    /// <summary>What the parameter files could read when the deployment was asked for.</summary>
    public IReadOnlyList<string> Parameters => Lines("calls.env");

    /// <summary>A parameter file of a stage that lets loads go to a host.</summary>
    public string WithTargets(string host, string stage = "staging")
    {
        var file = Path.Combine(_folder.FullName, "own.bicepparam");
        File.WriteAllText(
            file,
            File.ReadAllText(Path.Combine(BicepCompiler.Folder, $"{stage}.bicepparam"))
                .Replace("param targetHosts = []", $"param targetHosts = ['{host}']", StringComparison.Ordinal)
        );
        return file;
    }

    /// <summary>Runs it to its end.</summary>
    public Task<CliResult> RunAsync(string input, params string[] arguments) =>
        BashAsync(input, [Path.Combine(BicepCompiler.Folder, "deploy.sh"), .. arguments]);

    /// <summary>Runs a step of a pipeline, in a folder with a request.</summary>
    public Task<CliResult> RunStepAsync(string script, string request)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "performance-gate.json"), request);
        return BashAsync("", ["-c", script]);
    }

    private async Task<CliResult> BashAsync(string input, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("bash", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.FullName,
        };
        var path = System.Environment.GetEnvironmentVariable("PATH")!;
        foreach (
            var (name, value) in new Dictionary<string, string>
            {
                ["PATH"] = $"{_folder.FullName}:{path}",
                ["CALLS"] = Path.Combine(_folder.FullName, "calls"),
                ["AZ_FAILS"] = "",
                ["AZ_BUDGET"] = "",
                ["AZ_REGISTRY"] = "",
                ["AZ_PRIVATE"] = "false",
                ["API_URL"] = Api.Url.ToString().TrimEnd('/'),
                ["API_TOKEN"] = Api.Token,
                ["REAL_DOTNET"] = path.Split(':').Select(folder => Path.Combine(folder, "dotnet")).First(File.Exists),
                ["REAL_PERFGATE"] = PerfGateProcess.Program,
                ["PERFGATE_CLI"] = Path.Combine(_folder.FullName, "perfgate-cli"),
                ["PERFGATE_AUDIENCE"] = "11111111-2222-3333-4444-555555555555",
                ["PERFGATE_ALERT_EMAIL"] = "engineers@example.com",
                ["PERFGATE_RUNNER_TAG"] = "1.2.3",
                ["PERFGATE_READY_PAUSE"] = "0.1",
                ["PERFGATE_SMOKE_DURATION"] = "8s",
                ["TMPDIR"] = _folder.FullName,
            }.Concat(Environment)
        )
        {
            start.Environment[name] = value;
        }
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new CliResult(process.ExitCode, output, await errors);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string[] Lines(string name)
    {
        var file = Path.Combine(_folder.FullName, name);
        return File.Exists(file) ? File.ReadAllLines(file) : [];
    }
}
