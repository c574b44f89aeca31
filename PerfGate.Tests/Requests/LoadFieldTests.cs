using System.Text;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Thresholds;

namespace PerfGate.Tests.Requests;

/// <summary>Fields of a configuration that say how the load is made, beside its shape.</summary>
public sealed class LoadFieldTests
{
    [Fact]
    public void Segments_are_one_unless_asked_for_and_each_has_a_user()
    {
        Assert.Equal(1, Accepted(Having("\"duration\": 30")).Configuration.Segments);
        Assert.Equal(10, Accepted(Having("\"segments\": 10")).Configuration.Segments);
        Assert.Equal(4, Accepted(Having("\"segments\": 4, \"vus\": 4")).Configuration.Segments);
        Assert.Equal(
            5,
            Accepted(
                Having("\"segments\": 5, \"vus\": 0, \"stages\": [{\"duration\": 5, \"target\": 5}]")
            ).Configuration.Segments
        );
    }

    [Theory]
    [InlineData("\"segments\": 0", "1 to 10")]
    [InlineData("\"segments\": 11", "1 to 10")]
    [InlineData("\"segments\": 1.5", "1 to 10")]
    [InlineData("\"segments\": \"two\"", "1 to 10")]
    [InlineData("\"segments\": 6, \"vus\": 5", "1 to 5, or more users")]
    [InlineData("\"segments\": 6, \"vus\": 0, \"stages\": [{\"duration\": 5, \"target\": 5}]", "1 to 5, or more users")]
    public void Segments_that_cannot_be_are_refused_with_what_can(string fields, string allowed)
    {
        var error = Assert.Single(Refused(Having(fields)));
        Assert.Equal("configuration.segments", error.Field);
        Assert.Contains(allowed, error.Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void A_runner_has_what_the_request_says_and_else_what_the_installation_has()
    {
        Assert.Null(Accepted(Having("\"duration\": 30")).Configuration.Runner);
        Assert.Equal(
            new RunnerSize(1.5, 3.2),
            Accepted(Having("\"runner\": {\"cpu\": 1.5, \"memoryGb\": 3.2}")).Configuration.Runner
        );
        Assert.Equal(new RunnerSize(null, 16), Accepted(Having("\"runner\": {\"memoryGb\": 16}")).Configuration.Runner);
    }

    [Theory]
    [InlineData("\"runner\": {\"cpu\": 0.5}", "cpu", "1 to 4 cores")]
    [InlineData("\"runner\": {\"cpu\": 4.1}", "cpu", "1 to 4 cores")]
    [InlineData("\"runner\": {\"cpu\": \"two\"}", "cpu", "1 to 4 cores")]
    [InlineData("\"runner\": {\"memoryGb\": 17}", "memoryGb", "1 to 16 GB")]
    [InlineData("\"runner\": {\"memoryGb\": 2.25}", "memoryGb", "in steps of 0.1")]
    [InlineData("\"runner\": {\"memory\": 2}", "memory", "cpu, memoryGb")]
    public void A_runner_that_cannot_be_had_is_refused_with_what_can(string fields, string field, string allowed)
    {
        var error = Assert.Single(Refused(Having(fields)));
        Assert.Equal($"configuration.runner.{field}", error.Field);
        Assert.Contains(allowed, error.Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void A_load_ends_early_by_the_defaults_unless_asked_otherwise()
    {
        Assert.Equal(EarlyStopBounds.Default, Accepted(Having("\"duration\": 30")).Configuration.EarlyStop);
        Assert.Equal(
            new EarlyStopBounds
            {
                ErrorRate = 0.1,
                ResponseTime = 900,
                Window = TimeSpan.FromSeconds(30),
            },
            Accepted(
                Having("\"earlyStop\": {\"errorRate\": 0.1, \"responseTime\": 900, \"window\": \"30s\"}")
            ).Configuration.EarlyStop
        );
    }

    [Fact]
    public void A_load_does_not_end_early_for_what_its_thresholds_allow()
    {
        var bounds = Accepted(
            Having("\"thresholds\": {\"maxErrorRate\": 0.9, \"maxAvgResponseTime\": 60000}")
        ).Configuration.EarlyStop;

        Assert.Equal((0.9, 60_000), (bounds.ErrorRate, bounds.ResponseTime));
    }

    [Theory]
    [InlineData("\"errorRate\": 0", "errorRate")]
    [InlineData("\"errorRate\": 50", "errorRate")]
    [InlineData("\"responseTime\": 5", "responseTime")]
    [InlineData("\"window\": \"1s\"", "window")]
    [InlineData("\"off\": true", "off")]
    public void Bounds_that_cannot_be_are_refused_by_name(string fields, string name)
    {
        var error = Assert.Single(Refused(Having($"\"earlyStop\": {{{fields}}}")));

        Assert.Equal($"configuration.earlyStop.{name}", error.Field);
    }

    [Theory]
    [InlineData("\"errorRate\": 0.6", "errorRate", "a number from 0.05 to 0.5")]
    [InlineData("\"responseTime\": 600000", "responseTime", "a number from 100 to 15000 ms")]
    [InlineData("\"window\": \"10m\"", "window", "from 5s to 30s")]
    public void On_production_it_cannot_be_switched_off(string fields, string name, string allowed)
    {
        var error = Assert.Single(Refused(OnProduction(Having($"\"earlyStop\": {{{fields}}}"))));

        Assert.Equal($"configuration.earlyStop.{name}", error.Field);
        Assert.Contains(allowed, error.Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void On_production_it_is_not_loosened_by_thresholds_either()
    {
        const string thresholds = "\"thresholds\": {\"maxErrorRate\": 0.9, \"maxAvgResponseTime\": 60000}";

        var bounds = Accepted(OnProduction(Having(thresholds))).Configuration.EarlyStop;

        Assert.Equal(EarlyStopBounds.Default, bounds);
    }

    private static string OnProduction(string json) => json.Replace("\"staging\"", "\"production\"");

    private static string Having(string fields) =>
        $$"""
            {
              "testType": "load", "environment": "staging",
              "configuration": { "baseUrl": "https://staging.example.com", {{fields}} }
            }
            """;

    private static RunRequest Accepted(string json)
    {
        var read = RequestReader.Read(Encoding.UTF8.GetBytes(json), Limits.Default);
        Assert.Empty(read.Errors);
        return read.Value!;
    }

    private static IReadOnlyList<FieldError> Refused(string json)
    {
        var read = RequestReader.Read(Encoding.UTF8.GetBytes(json), Limits.Default);
        Assert.Null(read.Value);
        return read.Errors;
    }
}
