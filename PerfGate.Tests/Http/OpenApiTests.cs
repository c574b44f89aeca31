using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Moq;
using PerfGate.Adapters;
using PerfGate.Adapters.Http;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Thresholds;

namespace PerfGate.Tests.Http;

/// <summary>
/// The document against the server. (That answers are as documented is asserted wherever <see cref="RunsFixture"/> asks.)
/// </summary>
public sealed partial class OpenApiTests(RunsFixture gate) : IClassFixture<RunsFixture>
{
    private static JsonNode Document => ApiContract.Document;

    [Fact]
    public void Every_route_is_in_the_document_and_every_documented_route_is_there()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddPerfGate(
            new PerfGateOptions { PostgresConnectionString = "Host=none", ArtifactFolder = "none" }
        );
        builder.Services.AddSingleton(Mock.Of<IRunStarter>());
        builder.Services.AddAuthorization();
        var app = builder.Build();
        app.MapPerfGate();

        var routes = ((IEndpointRouteBuilder)app)
            .DataSources.SelectMany(source => source.Endpoints)
            .Cast<RouteEndpoint>()
            .SelectMany(route =>
                route
                    .Metadata.GetMetadata<HttpMethodMetadata>()!
                    .HttpMethods.Select(method => $"{method} {Constraint().Replace(route.RoutePattern.RawText!, "}")}")
            )
            .Order(StringComparer.Ordinal);

        Assert.Equal(routes, ApiContract.Operations);
    }

    [Fact]
    public void Nothing_in_the_document_points_to_nothing()
    {
        foreach (var reference in Reference().Matches(Document.ToJsonString()).Select(match => match.Groups[1].Value))
        {
            var found = reference.Split('/').Skip(1).Aggregate((JsonNode?)Document, (at, name) => at?[name]);
            Assert.True(found is not null, reference);
        }
    }

    [Fact]
    public void Every_operation_has_an_id_of_its_own_and_says_what_it_does()
    {
        var operations = Document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()).ToList();

        Assert.Equal(
            operations.Count,
            operations.Select(o => o.Value!["operationId"]!.GetValue<string>()).Distinct().Count()
        );
        Assert.All(operations, operation => Assert.NotEmpty(operation.Value!["summary"]!.GetValue<string>()));
    }

    [Fact]
    public void Answers_are_described_in_the_words_of_their_records() =>
        Assert.Equal(
            "Why, the gravest first.",
            Document["components"]!["schemas"]!["RunView"]!["properties"]!["reasons"]![
                "description"
            ]!.GetValue<string>()
        );

    [Fact]
    public async Task Documented_examples_of_requests_are_accepted()
    {
        var execute = Example("/api/performance/tests/execute", "post");
        var schema = await ApiContract.SchemaAsync(Document["components"]!["schemas"]!["ExecuteRequest"]!);

        Assert.Empty(RequestReader.Read(JsonSerializer.SerializeToUtf8Bytes(execute), Limits.Default).Errors);
        Assert.Empty(schema.Validate(execute.ToJsonString()));
    }

    [Fact]
    public void Documented_defaults_and_limits_are_those_of_the_code()
    {
        var configuration = Document["components"]!["schemas"]!["Configuration"]!["properties"]!;
        var thresholds = Document["components"]!["schemas"]!["Thresholds"]!["properties"]!;

        Assert.Equal(ThresholdSettings.Default.MaxAvgResponseTime, Default("maxAvgResponseTime"));
        Assert.Equal(ThresholdSettings.Default.MaxP95ResponseTime, Default("maxP95ResponseTime"));
        Assert.Equal(ThresholdSettings.Default.MaxErrorRate, Default("maxErrorRate"));
        Assert.Equal(ThresholdSettings.Default.MinThroughput, Default("minThroughput"));
        Assert.Equal(Limits.Default.Vus, configuration["vus"]!["maximum"]!.GetValue<int>());
        Assert.Equal(Limits.Default.ArrivalRate, configuration["arrivalRate"]!["maximum"]!.GetValue<double>());
        Assert.Equal(Limits.Default.Stages, configuration["stages"]!["maxItems"]!.GetValue<int>());
        Assert.Equal(Limits.Default.Scenarios, configuration["scenarios"]!["maxItems"]!.GetValue<int>());

        double Default(string name) => thresholds[name]!["default"]!.GetValue<double>();
    }

    [Fact]
    public async Task The_document_is_served_to_anybody_and_not_twice_to_who_has_it()
    {
        using var http = new HttpClient { BaseAddress = gate.Http.BaseAddress };
        using var answer = await http.GetAsync(
            new Uri("/api/performance/openapi.json", UriKind.Relative),
            Cancellation
        );
        await ApiContract.HoldAsync(answer);
        using var again = new HttpRequestMessage(HttpMethod.Get, "/api/performance/openapi.json");
        again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
        using var unchanged = await http.SendAsync(again, Cancellation);

        Assert.Equal(
            "3.1.1",
            JsonNode.Parse(await answer.Content.ReadAsByteArrayAsync(Cancellation))!["openapi"]!.GetValue<string>()
        );
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    [Fact]
    public async Task The_page_loads_its_parts_from_this_server_and_from_nowhere_else()
    {
        using var http = new HttpClient(new HttpClientHandler { AutomaticDecompression = DecompressionMethods.All })
        {
            BaseAddress = gate.Http.BaseAddress,
        };
        using var page = await http.GetAsync(new Uri("/api/performance/docs", UriKind.Relative), Cancellation);
        await ApiContract.HoldAsync(page);
        var html = await page.Content.ReadAsStringAsync(Cancellation);
        var parts = Part().Matches(html).Select(match => match.Groups[1].Value).ToList();

        Assert.Equal(3, parts.Count);
        foreach (var part in parts)
        {
            using var file = await http.GetAsync(new Uri($"/api/performance/{part}", UriKind.Relative), Cancellation);
            Assert.Equal(HttpStatusCode.OK, file.StatusCode);
            Assert.NotEmpty(await file.Content.ReadAsStringAsync(Cancellation));
        }
        Assert.DoesNotContain(
            "//",
            html.Replace("<!doctype html>", "", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "default-src 'none'",
            page.Headers.GetValues("Content-Security-Policy").Single(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Without_a_token_the_answer_is_the_documented_one()
    {
        using var http = new HttpClient { BaseAddress = gate.Http.BaseAddress };
        foreach (
            var path in ApiContract.Operations.Where(o =>
                o.StartsWith("GET /api/performance/", StringComparison.Ordinal)
            )
        )
        {
            var route = path[4..]
                .Replace("{testId}", $"{Guid.Empty}", StringComparison.Ordinal)
                .Replace("{id}", $"{Guid.Empty}", StringComparison.Ordinal);
            using var answer = await http.GetAsync(
                new Uri(route.Replace("{file}", "start.js", StringComparison.Ordinal), UriKind.Relative),
                Cancellation
            );
            await ApiContract.HoldAsync(answer);
            var open =
                route.EndsWith("openapi.json", StringComparison.Ordinal)
                || route.Contains("/docs", StringComparison.Ordinal);
            Assert.Equal(open ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, answer.StatusCode);
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static JsonNode Example(string path, string method) =>
        Document["paths"]![path]![method]!["requestBody"]!["content"]!["application/json"]!["example"]!;

    [GeneratedRegex(":[a-z]+}")]
    private static partial Regex Constraint();

    [GeneratedRegex("\"\\$ref\":\"([^\"]+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex("(?:src|href)=\"(docs/[^\"]+)\"")]
    private static partial Regex Part();
}
