using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Moq;
using PerfGate.Adapters;
using PerfGate.Adapters.Http;
using PerfGate.Core.Admission;

namespace PerfGate.Tests.Http;

/// <summary>Who may do what, over the routes.</summary>
public sealed class AccessTests(RunsFixture gate) : IClassFixture<RunsFixture>
{
    private static readonly Guid Nothing = Guid.Parse("0190a6a0-0000-7000-8000-000000000000");

    /// <summary>Route, and the least role that is heard out.</summary>
    public static TheoryData<string, string, Role> Doors =>
        new()
        {
            { "GET", "tests", Role.Viewer },
            { "GET", "runs", Role.Viewer },
            { "GET", $"runs/{Nothing}/script", Role.Viewer },
            { "GET", "baselines", Role.Viewer },
            { "POST", "tests/execute", Role.Engineer },
            { "POST", "tests", Role.Engineer },
            { "DELETE", $"tests/{Nothing}", Role.Engineer },
            { "PUT", $"tests/{Nothing}/config", Role.Engineer },
            { "PUT", $"tests/{Nothing}/schedule", Role.Engineer },
            { "POST", "runs/import", Role.Engineer },
            { "POST", $"runs/{Nothing}/cancel", Role.Engineer },
            { "GET", "audit", Role.Admin },
            { "POST", "baselines", Role.Admin },
            { "POST", $"baselines/{Nothing}/update", Role.Admin },
            { "POST", $"baselines/{Nothing}/undo", Role.Admin },
        };

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task A_role_below_the_needed_one_is_refused_and_told_which_it_needs(
        string method,
        string path,
        Role needed
    )
    {
        foreach (var role in Enum.GetValues<Role>())
        {
            var (answer, body) = await AskAsync(role, method, path);
            if (role >= needed)
            {
                Assert.NotEqual(HttpStatusCode.Forbidden, answer.StatusCode);
                Assert.NotEqual(HttpStatusCode.Unauthorized, answer.StatusCode);
                continue;
            }
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
            Assert.Contains(RoleNames.NameOf(needed), body.GetProperty("detail").GetString());
        }
    }

    [Fact]
    public async Task Engineers_start_no_load_on_production_and_store_no_test_of_it()
    {
        var request = Requested("production");
        var define = Requested("production", name: $"t{Guid.NewGuid():N}");

        foreach (var (method, path, body) in new[] { ("POST", "tests/execute", request), ("POST", "tests", define) })
        {
            var (answer, problem) = await AskAsync(Role.Engineer, method, path, body);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.Contains(
                "on production needs the role PerfGate.Admin; the token's is PerfGate.Engineer",
                problem.GetProperty("detail").GetString()
            );
        }
        var (_, runs) = await AskAsync(Role.Viewer, "GET", "runs?environment=production");
        Assert.Equal(0, runs.GetProperty("runs").GetArrayLength());
    }

    [Fact]
    public async Task A_stored_test_of_production_is_changed_scheduled_and_deleted_by_admins_alone()
    {
        var (_, stored) = await AskAsync(
            Role.Admin,
            "POST",
            "tests",
            Requested("production", name: $"t{Guid.NewGuid():N}")
        );
        var test = $"tests/{stored.GetProperty("id").GetGuid()}";

        foreach (
            var (method, path, body) in new (string, string, object?)[]
            {
                ("PUT", $"{test}/config", new { baseUrl = "http://127.0.0.1:9" }),
                ("PUT", $"{test}/schedule", null),
                ("DELETE", test, null),
            }
        )
        {
            var (answer, _) = await AskAsync(Role.Engineer, method, path, body ?? "null");
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
        var (deleted, _) = await AskAsync(Role.Admin, "DELETE", test);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    [Fact]
    public async Task Headers_of_a_proxy_say_nothing_about_who_asks()
    {
        var (answer, _) = await gate.AskAsync(
            HttpMethod.Post,
            "baselines",
            new { testId = Nothing },
            ("Authorization", $"Bearer {gate.Server.IssueToken("viewer", Role.Viewer)}"),
            ("X-MS-CLIENT-PRINCIPAL-NAME", "root"),
            ("X-MS-CLIENT-PRINCIPAL", "eyJyb2xlcyI6WyJQZXJmR2F0ZS5BZG1pbiJdfQ=="),
            ("X-Forwarded-User", "root")
        );

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public void A_route_that_does_not_say_whom_it_is_for_keeps_the_server_from_starting()
    {
        var app = Bare();
        app.MapGet("/api/performance/secrets", () => Results.Ok());

        var refused = Assert.Throws<InvalidOperationException>(() => app.MapPerfGate());

        Assert.Contains("/api/performance/secrets", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_document_says_the_role_of_every_route()
    {
        var app = Bare();
        app.MapPerfGate();

        foreach (
            var route in ((IEndpointRouteBuilder)app)
                .DataSources.SelectMany(source => source.Endpoints)
                .Cast<RouteEndpoint>()
        )
        {
            if (route.Metadata.GetMetadata<NeedsPermission>() is not { } needs)
            {
                continue;
            }
            var path = route.RoutePattern.RawText!.Replace(":guid", "", StringComparison.Ordinal);
            var verb = route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0].ToLowerInvariant();
            var rule = AccessPolicy.Rules.Single(rule => rule.Permission == needs.Permission);
            var expected =
                rule.Staging == rule.Production
                    ? RoleNames.NameOf(rule.Staging)
                    : $"{RoleNames.NameOf(rule.Staging)}, on production {RoleNames.NameOf(rule.Production)}";
            Assert.Equal(expected, ApiContract.Document["paths"]![path]![verb]!["x-perfgate-role"]!.GetValue<string>());
        }
    }

    internal static WebApplication Bare()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddPerfGate(
            new PerfGateOptions { PostgresConnectionString = "Host=none", ArtifactFolder = "none" }
        );
        builder.Services.AddSingleton(Mock.Of<IRunStarter>());
        builder.Services.AddAuthorization();
        return builder.Build();
    }

    private static object Requested(string environment, string? name = null)
    {
        var configuration = new { baseUrl = "http://127.0.0.1:9", duration = 5 };
        return name is null
            ? new
            {
                testType = "load",
                environment,
                configuration,
            }
            : new
            {
                name,
                testType = "load",
                environment,
                configuration,
            };
    }

    private Task<(HttpResponseMessage Answer, JsonElement Body)> AskAsync(
        Role role,
        string method,
        string path,
        object? body = null
    ) =>
        gate.AskAsync(
            new HttpMethod(method),
            path,
            body,
            ("Authorization", $"Bearer {gate.Server.IssueToken("somebody", role)}")
        );
}
