using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PerfGate.Adapters.Http;
using PerfGate.Core.Admission;
using PerfGate.Core.Runs;
using PerfGate.Host.Demo;
using PerfGate.Tests.Faults;
using PerfGate.Tests.Runner;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.EndToEnd;

/// <summary>Staging's loads may go to this machine by two of its addresses; production's to a name that leads where none may go.</summary>
public sealed class TargetListFixture(PostgresFixture postgres) : GateFixture(postgres)
{
    protected override AdmissionRules Admission =>
        new()
        {
            Staging = new EnvironmentRules
            {
                Targets = new TargetRules { Hosts = ["127.0.0.1", "0.0.0.0"], AllowLoopback = true },
            },
            Production = new EnvironmentRules { Targets = new TargetRules { Hosts = ["localhost"] } },
        };
}

/// <summary>Loads go nowhere but where their environment's may.</summary>
public sealed class TargetListTests(TargetListFixture gate) : IClassFixture<TargetListFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_target_that_is_not_on_the_list_is_a_problem_of_its_field()
    {
        var refused = await Assert.ThrowsAsync<ApiProblemException>(() =>
            gate.Gate.ExecuteAsync(Loads.Request("http://localhost:9"), Cancellation)
        );

        var error = Assert.Single(refused.Problem.Errors);
        Assert.Equal("configuration.baseUrl", error.Field);
        Assert.Equal("goes to localhost:9, which is not on the list", error.Problem);
        Assert.Equal("127.0.0.1, 0.0.0.0 (PerfGate__Environments__Staging__Targets)", error.Allowed);
    }

    [Fact]
    public async Task A_name_on_the_list_that_leads_to_a_forbidden_address_is_refused_before_any_load()
    {
        await using var target = await LoadTarget.StartAsync();
        var url = target.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

        var accepted = await gate.Gate.ExecuteAsync(Loads.Request(url, environment: "production"), Cancellation);
        var run = await Loads.EndAsync(gate.Gate, accepted.TestId);

        Assert.Equal(Verdict.Error, run.Verdict);
        Assert.Equal("target-refused", run.Reasons[0].Code);
        Assert.Contains("the machine that makes the load", run.Reasons[0].Sentence, StringComparison.Ordinal);
        Assert.Equal(0, target.Requests);
    }

    [Fact]
    public async Task No_address_at_all_is_this_machine_where_that_is_allowed()
    {
        await using var target = await LoadTarget.StartAsync();
        var url = target.Url.Replace("127.0.0.1", "0.0.0.0", StringComparison.Ordinal);

        var accepted = await gate.Gate.ExecuteAsync(Loads.Request(url), Cancellation);
        var run = await Loads.EndAsync(gate.Gate, accepted.TestId);

        Assert.True(run.Status == RunStatus.Completed, Loads.Explain(run));
        Assert.True(target.Requests > 0);
    }

    [Fact]
    public async Task Redirects_are_followed_on_the_list_and_not_off_it()
    {
        await using var elsewhere = await LoadTarget.StartAsync();
        var paths = new ConcurrentDictionary<string, int>();
        await using var target = await StartRedirectingAsync(
            paths,
            elsewhere.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)
        );
        var accepted = await gate.Gate.ExecuteAsync(Request(target.Urls.First()), Cancellation);

        var run = await Loads.EndAsync(gate.Gate, accepted.TestId);

        Assert.True(run.Status == RunStatus.Completed, Loads.Explain(run));
        Assert.Equal(0, elsewhere.Requests);
        Assert.True(paths["/away"] > 0);
        // One for each that was sent there, but for what the end cut off.
        Assert.InRange(paths["/landed"], 1, paths["/home"]);
        Assert.InRange(paths["/home"] - paths["/landed"], 0, 10);
        Assert.False(paths.ContainsKey("POST /landed"), "what was posted was posted again");
    }

    private static object Request(string url) =>
        new
        {
            testType = "endurance",
            environment = "staging",
            configuration = new
            {
                baseUrl = url,
                duration = 3,
                arrivalRate = 20,
                thresholds = new { minThroughput = 1 },
                scenarios = new[]
                {
                    new
                    {
                        name = "one",
                        thinkTime = "0s",
                        steps = new object[]
                        {
                            new { method = "GET", path = "/away" },
                            new
                            {
                                method = "POST",
                                path = "/home",
                                body = new { sent = true },
                                checks = new[] { new { status = 200 } },
                            },
                        },
                    },
                },
            },
        };

    private static async Task<WebApplication> StartRedirectingAsync(
        ConcurrentDictionary<string, int> paths,
        string elsewhere
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var target = builder.Build();
        target.Run(context =>
        {
            var path = context.Request.Path.Value!;
            paths.AddOrUpdate(path, 1, (_, count) => count + 1);
            if (path == "/landed" && context.Request.Method == "POST")
            {
                paths.AddOrUpdate("POST /landed", 1, (_, count) => count + 1);
            }
            (context.Response.StatusCode, context.Response.Headers.Location) = path switch
            {
                "/away" => (302, $"{elsewhere}/stolen"),
                "/home" => (303, "/landed"),
                _ => (200, default),
            };
            return Task.CompletedTask;
        });
        await target.StartAsync();
        return target;
    }
}
