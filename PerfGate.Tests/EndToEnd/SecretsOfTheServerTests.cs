using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PerfGate.Adapters;
using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Runs;
using PerfGate.Core.Admission;
using PerfGate.Functions.Orchestration;
using PerfGate.Host.Jobs;
using PerfGate.Tests.Faults;
using PerfGate.Tests.Http;
using PerfGate.Tests.Postgres;
using PerfGate.Tests.Sensitive;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.EndToEnd;

/// <summary>What a server reads or meets without a runner in between: the same secrets, and none of them is kept.</summary>
public sealed class SecretsOfTheServerTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Pattern = @"\bWED-\d{6}\b";

    private readonly string _folder = Directory.CreateTempSubdirectory("perfgate-planted-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Data => Path.Combine(_folder, "data");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task What_output_of_elsewhere_says_in_samples_and_summary_is_kept_nowhere()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the engine of this test is a script with a shebang");
        var database = await postgres.CreateDatabaseAsync();
        await using var host = await HostProcess.StartAsync(
            Data,
            database,
            environment: [("PerfGate__Strip", Pattern)]
        );
        var (csv, summary) = await MakeOutputAsync();
        using var form = ImportFixture.Form(
            ("request", System.Text.Encoding.UTF8.GetBytes(ImportFixture.Lenient)),
            ("output", await File.ReadAllBytesAsync(csv, Cancellation)),
            ("summary", await File.ReadAllBytesAsync(summary, Cancellation))
        );
        using var http = new HttpClient { BaseAddress = host.Gate.Server };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", host.Token);

        using var answer = await http.PostAsync(
            new Uri("/api/performance/runs/import", UriKind.Relative),
            form,
            Cancellation
        );

        var said = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, said);
        var run = JsonDocument.Parse(said).RootElement.GetProperty("testId").GetGuid();
        var kept = await KeptTexts.ReadAsync(host, database, run, hadRunner: false);
        PlantedSecretsTests.AssertFound(kept, SayingEngine.Mark, "metrics", "report?format=html");
        PlantedSecretsTests.AssertNowhere([.. kept, ("answer", said)]);
    }

    [Fact]
    public async Task What_a_surprise_says_is_kept_nowhere()
    {
        var database = await postgres.CreateDatabaseAsync();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddPerfGate(
            new PerfGateOptions
            {
                PostgresConnectionString = database,
                ArtifactFolder = Path.Combine(Data, "artifacts"),
                Admission = AdmissionRules.Default with { Strip = Pattern, Staging = Listed, Production = Listed },
            }
        );
        await using var provider = services.BuildServiceProvider();
        await using var runs = StoredRuns.On(Npgsql.NpgsqlDataSource.Create(database));
        var run = await runs.StartAsync();
        var steps = provider.GetRequiredService<RunStepsFactory>().Create(Cancellation);
        var said = string.Join('\n', PlantedSecret.All.Select(one => one.Text).Prepend($"it is {SayingEngine.Mark}"));

        await steps.AbandonAsync(run, new InvalidOperationException(said));

        await using var host = await HostProcess.StartAsync(Data, database);
        var kept = await KeptTexts.ReadAsync(host, database, run, hadRunner: false);
        PlantedSecretsTests.AssertFound(kept, SayingEngine.Mark, "performance_test_runs", "report?format=html", "gate");
        PlantedSecretsTests.AssertNowhere(kept);
    }

    [Fact]
    public void What_hosts_keep_of_a_step_that_failed_holds_no_secret_of_a_known_form()
    {
        foreach (var one in PlantedSecret.All.Where(one => one.Form))
        {
            var met = new InvalidOperationException("outer", new IOException(one.Text));
            var kept = JobSurpriseException.Of(met) + new StepSurprise("Judge", one.Text, false).Message;
            kept += new StepTroubleException(new TimeoutException(one.Text));

            Assert.Contains("outer", kept, StringComparison.Ordinal);
            Assert.DoesNotContain(one.Secret, kept, StringComparison.Ordinal);
        }
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    // As a service has it, which names its hosts: the target of the run is no secret.
    private static EnvironmentRules Listed => new() { Targets = new TargetRules { Hosts = ["127.0.0.1"] } };

    private async Task<(string Csv, string Summary)> MakeOutputAsync()
    {
        var (csv, summary) = (Path.Combine(_folder, "out.csv"), Path.Combine(_folder, "summary.json"));
        var start = new ProcessStartInfo(await SayingEngine.WriteAsync(_folder, Cancellation))
        {
            ArgumentList = { "run", "--out", $"csv={csv}", "--summary-export", summary },
            RedirectStandardError = true,
        };
        using var engine = Process.Start(start)!;
        await engine.StandardError.ReadToEndAsync(Cancellation);
        await engine.WaitForExitAsync(Cancellation);
        return (csv, summary);
    }
}
