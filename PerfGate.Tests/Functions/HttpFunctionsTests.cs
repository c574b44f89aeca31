using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Moq;
using Npgsql;
using PerfGate.Adapters;
using PerfGate.Adapters.Http;
using PerfGate.Functions.Http;
using PerfGate.Functions.Orchestration;
using PerfGate.Functions.Settings;
using PerfGate.Tests.Architecture;
using PerfGate.Tests.Postgres;

namespace PerfGate.Tests.Functions;

public sealed class HttpFunctionsTests(FunctionsFixture app) : IClassFixture<FunctionsFixture>
{
    private static readonly string[] Open =
    [
        "GET health",
        "GET ready",
        "GET api/performance/openapi.json",
        "GET api/performance/docs",
        "GET api/performance/docs/{file}",
    ];

    [Fact]
    public void The_functions_and_the_one_machine_host_have_exactly_the_same_routes()
    {
        var functions = HttpFunction.All.SelectMany(function =>
            function.Trigger.Methods!.Select(verb => $"{verb.ToUpperInvariant()} {function.Trigger.Route}")
        );

        Assert.Equal(Routes().Select(route => route.Key).Order(), functions.Order());
    }

    [Fact]
    public void Paths_need_no_prefix_of_the_functions_host()
    {
        using var host = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root.FullName, "host.json")));

        Assert.Equal(
            "",
            host.RootElement.GetProperty("extensions").GetProperty("http").GetProperty("routePrefix").GetString()
        );
    }

    [Fact]
    public void Every_function_is_open_at_the_functions_host_since_PerfGate_itself_asks_for_tokens()
    {
        Assert.All(
            HttpFunction.All,
            function => Assert.Equal(AuthorizationLevel.Anonymous, function.Trigger.AuthLevel)
        );
        Assert.All(HttpFunction.All, function => Assert.Single(function.Trigger.Methods!));
        Assert.Equal(HttpFunction.All.Count, HttpFunction.All.Select(function => function.Name).Distinct().Count());
    }

    [Fact]
    public void Only_what_is_meant_to_be_open_is_open() =>
        Assert.Equal(
            Open.Order(),
            Routes()
                .Where(route => route.Value.Metadata.GetMetadata<IAllowAnonymous>() is not null)
                .Select(route => route.Key)
                .Order()
        );

    [Fact]
    public void A_route_that_starts_or_cancels_runs_has_a_function_that_reaches_orchestrations()
    {
        foreach (var (key, route) in Routes())
        {
            var handler = route.Metadata.GetMetadata<System.Reflection.MethodInfo>()!;
            var starts = handler.GetParameters().Any(parameter => parameter.ParameterType == typeof(IRunStarter));
            var function = HttpFunction.All.Single(one =>
                key == $"{one.Trigger.Methods![0].ToUpperInvariant()} {one.Trigger.Route}"
            );
            Assert.True(!starts || function.HasClient, $"{function.Name} has no parameter with [DurableClient]");
        }
    }

    [Fact]
    public async Task A_route_that_does_not_say_who_may_use_it_keeps_the_app_from_starting()
    {
        var settings = app.Services.GetRequiredService<FunctionsSettings>();
        var believe = await settings.Tokens.LoadAsync(TestContext.Current.CancellationToken);
        using var host = new HostBuilder()
            .ConfigureWebHost(web =>
                web.UseKestrel()
                    .UseUrls("http://127.0.0.1:0")
                    .ConfigureServices(services =>
                        services
                            .AddLogging()
                            .AddPerfGateFunctions(settings, believe)
                            .AddSingleton(provider => new ApiPipeline(
                                provider,
                                routes => routes.MapGet("/api/performance/secrets", () => Results.Ok())
                            ))
                    )
                    .Configure(_ => { })
            )
            .Build();

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            host.StartAsync(TestContext.Current.CancellationToken)
        );

        Assert.Contains("/api/performance/secrets", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_token_only_open_routes_answer()
    {
        foreach (var function in HttpFunction.All)
        {
            var route = $"{function.Trigger.Methods![0].ToUpperInvariant()} {function.Trigger.Route}";
            using var request = new HttpRequestMessage(
                new HttpMethod(function.Trigger.Methods[0]),
                $"/{function.Trigger.Route}"
                    .Replace("{testId:guid}", $"{Guid.Empty}", StringComparison.Ordinal)
                    .Replace("{id:guid}", $"{Guid.Empty}", StringComparison.Ordinal)
                    .Replace("{file}", "start.js", StringComparison.Ordinal)
            );
            using var answer = await app.Anonymous.SendAsync(request, TestContext.Current.CancellationToken);
            var expected = Open.Contains(route) ? HttpStatusCode.OK : HttpStatusCode.Unauthorized;
            Assert.True(expected == answer.StatusCode, $"{function.Name}: {answer.StatusCode}");
        }
    }

    [Fact]
    public async Task Execute_starts_an_orchestration_whose_id_is_the_runs()
    {
        app.Durable.Invocations.Clear();
        var (answer, body) = await app.AskAsync(
            HttpMethod.Post,
            "/api/performance/tests/execute",
            StoredRuns.Request()
        );
        var testId = body.GetProperty("testId").GetGuid();

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal($"/api/performance/runs/{testId}", answer.Headers.Location!.OriginalString);
        app.Durable.Verify(
            client =>
                client.ScheduleNewOrchestrationInstanceAsync(
                    "RunPerformanceTest",
                    new OrchestrationState(testId),
                    new StartOrchestrationOptions(testId.ToString(), null),
                    It.IsAny<CancellationToken>()
                ),
            Times.Once
        );
    }

    [Fact]
    public async Task Cancel_writes_the_wish_into_the_row_and_tells_the_orchestration()
    {
        var (_, accepted) = await app.AskAsync(HttpMethod.Post, "/api/performance/tests/execute", StoredRuns.Request());
        var testId = accepted.GetProperty("testId").GetGuid();
        app.Durable.Invocations.Clear();
        var (answer, body) = await app.AskAsync(HttpMethod.Post, $"/api/performance/runs/{testId}/cancel");
        var (again, _) = await app.AskAsync(HttpMethod.Post, $"/api/performance/runs/{testId}/cancel");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("cancelled", body.GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        AssertToldOnce(testId);
    }

    [Fact]
    public async Task The_emergency_stop_tells_the_orchestrations_of_what_runs_and_lets_nothing_begin()
    {
        var (_, accepted) = await app.AskAsync(HttpMethod.Post, "/api/performance/tests/execute", StoredRuns.Request());
        var testId = accepted.GetProperty("testId").GetGuid();
        await using (var start = app.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand())
        {
            start.CommandText = $"UPDATE performance_test_runs SET status = 'running' WHERE id = '{testId}'";
            await start.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
        app.Durable.Invocations.Clear();
        try
        {
            var (stopped, answer) = await app.AskAsync(
                HttpMethod.Post,
                "/api/performance/emergency-stop",
                new { reason = "the shop is down" }
            );
            var (refused, why) = await app.AskAsync(
                HttpMethod.Post,
                "/api/performance/tests/execute",
                StoredRuns.Request()
            );

            Assert.Equal(HttpStatusCode.OK, stopped.StatusCode);
            Assert.Equal(2, answer.GetProperty("stops").GetArrayLength());
            Assert.Contains(testId, answer.GetProperty("cancelling").EnumerateArray().Select(run => run.GetGuid()));
            Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
            Assert.Contains("the shop is down", why.GetProperty("detail").GetString(), StringComparison.Ordinal);
            AssertToldOnce(testId);
        }
        finally
        {
            var (lifted, _) = await app.AskAsync(HttpMethod.Delete, "/api/performance/emergency-stop");
            Assert.Equal(HttpStatusCode.OK, lifted.StatusCode);
        }
    }

    [Fact]
    public async Task A_run_is_found_by_the_route_parameter_of_the_path()
    {
        var (_, accepted) = await app.AskAsync(HttpMethod.Post, "/api/performance/tests/execute", StoredRuns.Request());
        var testId = accepted.GetProperty("testId").GetGuid();
        var (answer, body) = await app.AskAsync(HttpMethod.Get, $"/api/performance/runs/{testId}");
        var (unknown, _) = await app.AskAsync(HttpMethod.Get, $"/api/performance/runs/{Guid.Empty}");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(testId, body.GetProperty("testId").GetGuid());
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task A_body_that_is_no_json_is_the_callers_fault_and_says_so()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/performance/tests/execute")
        {
            Content = new StringContent("{"),
        };
        using var answer = await app.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
    }

    [Fact]
    public async Task Health_and_readiness_answer_anybody()
    {
        var (health, _) = await app.AskAsync(HttpMethod.Get, "/health");
        var (ready, body) = await app.AskAsync(HttpMethod.Get, "/ready");

        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Equal("ready", body.GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_stream_of_events_ends_before_the_functions_host_would_end_its_worker()
    {
        var (_, accepted) = await app.AskAsync(HttpMethod.Post, "/api/performance/tests/execute", StoredRuns.Request());
        var testId = accepted.GetProperty("testId").GetGuid();
        await using var scope = app.Services.CreateAsyncScope();
        var time = new FakeTimeProvider();
        var body = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        context.Request.Method = "GET";
        context.Request.Path = $"/api/performance/runs/{testId}/events";
        context.Request.Headers.Authorization = $"Bearer {app.Token}";
        context.Response.Body = body;
        var api = new Api(app.Services.GetRequiredService<ApiPipeline>(), new InvocationClient(), time);
        var stream = new RunFunctions(api).FollowRunAsync(context.Request);
        while (body.Length == 0)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        time.Advance(Api.LongestStream - TimeSpan.FromSeconds(1));
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.False(stream.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await stream.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        using var host = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root.FullName, "host.json")));
        var longest = TimeSpan.Parse(
            host.RootElement.GetProperty("functionTimeout").GetString()!,
            CultureInfo.InvariantCulture
        );
        Assert.Equal(StatusCodes.Status200OK, context.Response.StatusCode);
        Assert.Equal("text/event-stream", context.Response.ContentType);
        Assert.True(Api.LongestStream < longest);
    }

    // By whichever overload: some have a payload, which is none.
    private void AssertToldOnce(Guid testId) =>
        Assert.Single(
            app.Durable.Invocations,
            call =>
                call.Method.Name == nameof(DurableTaskClient.RaiseEventAsync)
                && Equals(call.Arguments[0], testId.ToString())
                && Equals(call.Arguments[1], "Cancel")
        );

    private static Dictionary<string, RouteEndpoint> Routes()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddPerfGate(
            new PerfGateOptions { PostgresConnectionString = "Host=none", ArtifactFolder = "none" }
        );
        builder.Services.AddSingleton(Mock.Of<IRunStarter>());
        builder.Services.AddAuthorization();
        var app = builder.Build();
        app.MapPerfGate();
        return ((IEndpointRouteBuilder)app)
            .DataSources.SelectMany(source => source.Endpoints)
            .Cast<RouteEndpoint>()
            .ToDictionary(route =>
                $"{route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Single()} {route.RoutePattern.RawText!.TrimStart('/')}"
            );
    }
}
