using System.Text;
using System.Text.Json;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Tests.Scripts;

namespace PerfGate.Tests.Requests;

public sealed class ExecuteReaderTests
{
    private static readonly Guid Id = Guid.Parse("0190b2c4-0000-7000-8000-000000000001");

    [Fact]
    public void A_whole_request_is_read_as_ever()
    {
        var read = Read(
            """{ "testType": "load", "environment": "staging", "configuration": { "baseUrl": "http://a" } }"""
        );

        var whole = Assert.IsType<ExecuteRequest.Whole>(read.Value);
        Assert.Equal(TestType.Load, whole.Request.TestType);
    }

    [Theory]
    [InlineData("")]
    [InlineData(""", "overrides": null""")]
    [InlineData(""", "testType": null""")]
    public void A_stored_test_is_named_by_its_id(string rest)
    {
        var read = Read($$"""{ "testDefinitionId": "{{Id}}"{{rest}} }""");

        Assert.Equal(new ExecuteRequest.OfDefinition(Id, null), read.Value);
    }

    [Theory]
    [InlineData("""{ "testDefinitionId": "x" }""", "testDefinitionId")]
    [InlineData("""{ "testDefinitionId": 7, "overrides": [] }""", "overrides testDefinitionId")]
    [InlineData("""{ "overrides": {} }""", "testDefinitionId")]
    [InlineData("""{ "overrides": {}, "testType": "load" }""", "overrides environment configuration")]
    [InlineData("""{}""", "testType environment configuration")]
    [InlineData("""{ "testDefinitionId": "ID", "testType": "load", "override": {} }""", "override testDefinitionId")]
    [InlineData("""{ "testDefinitionId": "ID", "overrides": { "vus": 1, "vus": 2 } }""", "overrides.vus")]
    public void What_is_neither_form_is_refused_by_field(string json, string fields)
    {
        var read = Read(json.Replace("ID", Id.ToString(), StringComparison.Ordinal));

        Assert.Null(read.Value);
        Assert.Equal(fields.Split(' '), read.Errors.Select(error => error.Field));
    }

    [Fact]
    public void Overrides_change_what_they_name_and_nothing_else()
    {
        var stored = SampleRequests.Custom(TestType.Load);

        var merged = Merge(stored, """{ "tags": { "build": "7" }, "thresholds": { "maxErrorRate": 0.2 } }""").Value!;

        Assert.Equal("7", merged.Configuration.Tags["build"]);
        Assert.Equal(0.2, merged.Configuration.Thresholds.MaxErrorRate);
        Assert.Equal(
            stored.Configuration.Thresholds.MaxP95ResponseTime,
            merged.Configuration.Thresholds.MaxP95ResponseTime
        );
        Assert.Equivalent(stored.Configuration.Scenarios, merged.Configuration.Scenarios);
    }

    [Fact]
    public void Null_removes_what_was_stored()
    {
        var stored = Request(new TestConfiguration { BaseUrl = SampleRequests.Target, Vus = 5 });

        Assert.Equal("overrides.vus", Assert.Single(Merge(stored, """{ "arrivalRate": 3 }""").Errors).Field);
        var merged = Merge(stored, """{ "arrivalRate": 3, "vus": null }""").Value!;
        Assert.Equal((null, 3d), (merged.Configuration.Vus, merged.Configuration.ArrivalRate));
    }

    [Fact]
    public void Every_problem_of_the_merged_whole_is_told_under_overrides()
    {
        var stored = Request(new TestConfiguration { BaseUrl = SampleRequests.Target, Vus = 5 });

        var merged = Merge(stored, """{ "baseUrl": null, "vus": 0, "colour": 1, "duration": "9h" }""");

        Assert.Equal(
            ["overrides.colour", "overrides.baseUrl", "overrides.vus", "overrides.duration"],
            merged.Errors.Select(error => error.Field)
        );
    }

    [Fact]
    public void What_was_stored_under_wider_limits_is_held_to_those_of_today()
    {
        var stored = Request(new TestConfiguration { BaseUrl = SampleRequests.Target, Vus = 500 });

        var merged = ExecuteReader.Merge(stored, null, new Limits { Vus = 100 });

        Assert.Equal("configuration.vus", Assert.Single(merged.Errors).Field);
    }

    private static RunRequest Request(TestConfiguration configuration) =>
        new(TestType.Load, configuration, TargetEnvironment.Staging);

    private static Validated<ExecuteRequest> Read(string json) =>
        ExecuteReader.Read(Encoding.UTF8.GetBytes(json), Limits.Default);

    private static Validated<RunRequest> Merge(RunRequest stored, string overrides)
    {
        using var document = JsonDocument.Parse(overrides);
        return ExecuteReader.Merge(stored, document.RootElement, Limits.Default);
    }
}
