using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;
using PerfGate.Core.Runs;
using PerfGate.Tests.Faults;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.EndToEnd;

/// <summary>A secret of a target reaches the target, and nothing that is kept.</summary>
public sealed class SecretReferenceTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Secret = "hush-9b1c/7=& \"quoted\"";
    private const string Plain = "plain-marker-5821";

    private readonly string _folder = Directory.CreateTempSubdirectory("perfgate-secrets-").FullName;
    private readonly ConcurrentBag<string> _seen = [];
    private WebApplication _target = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _target = builder.Build();
        _target.Run(async context =>
        {
            using var body = new StreamReader(context.Request.Body);
            var text = await body.ReadToEndAsync();
            _seen.Add($"{context.Request.Headers["X-Key"]}\n{context.Request.Path}\n{text}");
            // Half of the answers break off, so that the engine speaks of the URL.
            if (_seen.Count % 2 == 0)
            {
                context.Abort();
                return;
            }
            context.Response.Headers.SetCookie = $"key={Uri.EscapeDataString(Secret)}; Path=/";
            if (_seen.Count % 3 == 0 && context.Request.Method == "POST")
            {
                context.Response.Redirect($"/landed/{Uri.EscapeDataString(Secret)}?key={Uri.EscapeDataString(Secret)}");
                return;
            }
            await context.Response.WriteAsync($"you sent {context.Request.Headers["X-Key"]} {text}");
        });
        await _target.StartAsync();
    }

    [Fact]
    public async Task It_is_sent_and_is_in_no_table_no_artifact_no_answer_and_no_log()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var host = await HostProcess.StartAsync(
            _folder,
            database,
            environment: ("PERFGATE_SECRET_SHOP_KEY", Secret)
        );
        var accepted = await host.Gate.ExecuteAsync(Request("SHOP_KEY"), Cancellation);

        var run = await Loads.EndAsync(host.Gate, accepted.TestId);

        Assert.True(run.Results is not null, Loads.Explain(run));
        Assert.Contains(
            _seen,
            seen =>
                seen.Split('\n') is [var header, var path, var body]
                && header == Secret
                && path.Contains("hush-9b1c", StringComparison.Ordinal)
                // Where a redirect led there is none.
                && body.Length > 0
                && JsonDocument.Parse(body).RootElement.GetProperty("key").GetString() == Secret
        );
        var kept = await KeptTexts.ReadAsync(host, database, accepted.TestId);
        var text = string.Join('\n', kept.Select(one => one.Text));
        // The search finds what is there.
        Assert.Contains(Plain, text, StringComparison.Ordinal);
        foreach (
            var form in new[]
            {
                "hush-9b1c",
                Uri.EscapeDataString(Secret),
                Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)),
            }
        )
        {
            Assert.DoesNotContain(form, text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    // What stays in place where the platform could not read the vault.
    [InlineData("@Microsoft.KeyVault(VaultName=kv;SecretName=ABSENT)")]
    public async Task One_that_has_no_value_is_named_and_no_load_is_made(string value)
    {
        await using var host = await HostProcess.StartAsync(
            _folder,
            await postgres.CreateDatabaseAsync(),
            environment: ("PERFGATE_SECRET_ABSENT", value)
        );
        var accepted = await host.Gate.ExecuteAsync(Request("ABSENT"), Cancellation);

        var run = await Loads.EndAsync(host.Gate, accepted.TestId);

        Assert.Equal((Verdict.Error, "secret-missing"), (run.Verdict, run.Reasons[0].Code));
        Assert.Contains("PERFGATE_SECRET_ABSENT", run.Reasons[0].Sentence, StringComparison.Ordinal);
        Assert.Empty(_seen);
    }

    [Fact]
    public async Task One_that_is_not_its_environments_is_refused_where_it_stands_and_again_when_the_run_is_launched()
    {
        const string setting = "PerfGate__Environments__Staging__Secrets";
        const string production = "production-key-7731";
        var database = await postgres.CreateDatabaseAsync();
        Guid ahead,
            waiting;
        await using (
            var host = await HostProcess.StartAsync(
                _folder,
                database,
                environment: [("PERFGATE_SECRET_PROD_KEY", production), (setting, "SHOP_KEY;PROD_KEY")]
            )
        )
        {
            var load = Loads.Request(_target.Urls.First(), duration: "10m", rate: 1);
            ahead = (await host.Gate.ExecuteAsync(load, Cancellation)).TestId;
            waiting = (await host.Gate.ExecuteAsync(Request("PROD_KEY"), Cancellation)).TestId;
            await host.KillAsync();
        }
        await using var narrower = await HostProcess.StartAsync(
            _folder,
            database,
            environment: [("PERFGATE_SECRET_PROD_KEY", production), (setting, "SHOP_KEY")]
        );

        var refused = await Assert.ThrowsAsync<ApiProblemException>(() =>
            narrower.Gate.ExecuteAsync(Request("PROD_KEY"), Cancellation)
        );
        // Where its load had not begun it is made now, all of it.
        await narrower.Gate.CancelAsync(ahead, Cancellation);
        var run = await Loads.EndAsync(narrower.Gate, waiting);

        Assert.Equal(
            ["path", "headers.X-Key", "body"],
            refused.Problem.Errors.Select(error => error.Field["configuration.scenarios[0].steps[0].".Length..])
        );
        Assert.Equal((Verdict.Error, "secret-not-allowed"), (run.Verdict, run.Reasons[0].Code));
        Assert.DoesNotContain(_seen, seen => seen.Contains(production, StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await _target.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private object Request(string name) =>
        new
        {
            testType = "endurance",
            environment = "staging",
            configuration = new
            {
                baseUrl = _target.Urls.First(),
                duration = 3,
                arrivalRate = 20,
                thresholds = new { minThroughput = 1 },
                scenarios = new[]
                {
                    new
                    {
                        name = "own",
                        thinkTime = "0s",
                        steps = new[]
                        {
                            new
                            {
                                method = "POST",
                                path = $"/orders/{{{{secret:{name}}}}}",
                                headers = new Dictionary<string, string>
                                {
                                    ["X-Key"] = $"{{{{secret:{name}}}}}",
                                    ["X-Plain"] = Plain,
                                },
                                body = new { key = $"{{{{secret:{name}}}}}" },
                            },
                        },
                    },
                },
            },
        };
}
