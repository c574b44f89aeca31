using System.Text;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Schedules;

namespace PerfGate.Tests.Schedules;

public sealed class ScheduleReaderTests
{
    [Theory]
    [InlineData("""{ "cron": "*/15 8-18 * * 1-5", "timeZone": "Europe/Zurich", "enabled": false }""")]
    [InlineData("""{ "cron": "0 0 29 2 *" }""")]
    [InlineData("""{ "cron": "0 3 L * *" }""")]
    public void What_Cronos_reads_is_taken(string json) => Assert.Empty(Read(json, TestType.Load).Errors);

    [Fact]
    public void Only_an_endurance_test_has_a_time_by_default()
    {
        Assert.Equal(new Schedule(), Read("{}", TestType.Endurance).Value!.Schedule);

        var missing = Assert.Single(Read("{}", TestType.Spike).Errors);
        Assert.Equal(("cron", "is missing"), (missing.Field, missing.Problem));
    }

    [Fact]
    public void Null_takes_it_away()
    {
        var read = Read(" null ", TestType.Load);

        Assert.Empty(read.Errors);
        Assert.Null(read.Value!.Schedule);
    }

    [Theory]
    [InlineData("""{ "cron": "0 0 30 2 *" }""", "cron", "never comes")]
    [InlineData("""{ "cron": "0 0 2 * * *" }""", "cron", "0 0 2 * * *")]
    [InlineData("""{ "cron": "61 2 * * *" }""", "cron", "Minutes")]
    [InlineData("""{ "cron": 5 }""", "cron", "a number")]
    [InlineData("""{ "cron": "0 2 * * *", "timeZone": "Europe/Zurrich" }""", "timeZone", "Europe/Zurrich")]
    [InlineData("""{ "cron": "0 2 * * *", "enabled": "yes" }""", "enabled", "a text")]
    [InlineData("""{ "cron": "0 2 * * *", "colour": 1 }""", "colour", "is not a known field")]
    public void What_cannot_be_used_is_told_by_field(string json, string field, string problem)
    {
        var error = Assert.Single(Read(json, TestType.Load).Errors);

        Assert.Equal(field, error.Field);
        Assert.Contains(problem, error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_definition_tells_what_is_wrong_with_its_schedule_among_all_else()
    {
        var errors = TestDefinitionReader
            .Read(
                """
                { "testType": "load", "environment": "here", "configuration": { "baseUrl": "http://127.0.0.1:9" },
                  "schedule": { "cron": "always" } }
                """u8.ToArray(),
                Limits.Default
            )
            .Errors;

        Assert.Equal(["environment", "schedule.cron"], errors.Select(error => error.Field));
    }

    private static Validated<ScheduleChange> Read(string json, TestType type) =>
        ScheduleReader.Read(Encoding.UTF8.GetBytes(json), type, Limits.Default);
}
