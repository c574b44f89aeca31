using System.Net;
using System.Net.Http.Json;
using System.Text;

namespace PerfGate.Tests.Demo;

public class FormTests
{
    private static readonly Dictionary<string, object?> Complete = new()
    {
        ["firstName"] = "Ada",
        ["lastName"] = "Synthetic",
        ["email"] = "ada@clients.example.com",
        ["weddingDate"] = "2030-06-14",
        ["guests"] = 80,
        ["message"] = "With a garden, please.",
    };

    [Fact]
    public async Task The_schema_names_the_fields_that_a_submission_needs()
    {
        await using var platform = await RunningPlatform.StartAsync();

        var schema = await platform.GetJsonAsync("/api/forms/enquiry");

        Assert.Equal(Complete.Keys, schema["fields"]!.AsArray().Select(field => (string)field!["name"]!));
    }

    [Fact]
    public async Task A_complete_submission_is_created_under_an_id_of_its_own()
    {
        await using var platform = await RunningPlatform.StartAsync();

        using var first = await platform.PostAsync("/api/forms/enquiry/submissions", Complete);
        using var second = await platform.PostAsync("/api/forms/enquiry/submissions", Complete);

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        var id = (string)(await RunningPlatform.JsonOf(first))["id"]!;
        Assert.EndsWith($"/submissions/{id}", first.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.NotEqual(id, (string)(await RunningPlatform.JsonOf(second))["id"]!);
    }

    [Theory]
    [InlineData("firstName", null)]
    [InlineData("firstName", "  ")]
    [InlineData("lastName", "")]
    [InlineData("email", "nobody")]
    [InlineData("email", "@clients.example.com")]
    [InlineData("email", "Ada <ada@clients.example.com>")]
    [InlineData("email", null)]
    [InlineData("weddingDate", "14.06.2030")]
    [InlineData("weddingDate", "2030-02-30")]
    [InlineData("guests", 0)]
    [InlineData("guests", 501)]
    [InlineData("guests", null)]
    public async Task A_wrong_field_is_named(string field, object? value)
    {
        await using var platform = await RunningPlatform.StartAsync();
        var wrong = new Dictionary<string, object?>(Complete) { [field] = value };

        using var answer = await platform.PostAsync("/api/forms/enquiry/submissions", wrong);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var errors = (await RunningPlatform.JsonOf(answer))["errors"]!.AsObject();
        Assert.Equal([field], errors.Select(error => error.Key));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(500)]
    public async Task The_ends_of_the_range_of_guests_are_allowed(int guests)
    {
        await using var platform = await RunningPlatform.StartAsync();
        var submission = new Dictionary<string, object?>(Complete) { ["guests"] = guests };

        using var answer = await platform.PostAsync("/api/forms/enquiry/submissions", submission);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    [Fact]
    public async Task Too_long_texts_are_refused_and_all_errors_named_at_once()
    {
        await using var platform = await RunningPlatform.StartAsync();

        using var answer = await platform.PostAsync(
            "/api/forms/enquiry/submissions",
            new { firstName = new string('a', 101), message = new string('m', 2001) }
        );

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var errors = (await RunningPlatform.JsonOf(answer))["errors"]!.AsObject();
        Assert.Equal(Complete.Keys.Order(), errors.Select(error => error.Key).Order());
    }

    [Fact]
    public async Task An_unknown_form_is_not_found_and_no_json_is_a_bad_request()
    {
        await using var platform = await RunningPlatform.StartAsync();
        using var nonsense = new StringContent("{", Encoding.UTF8, "application/json");

        using var schema = await platform.Http.GetAsync("/api/forms/other", TestContext.Current.CancellationToken);
        using var submission = await platform.PostAsync("/api/forms/other/submissions", Complete);
        using var broken = await platform.Http.PostAsync(
            "/api/forms/enquiry/submissions",
            nonsense,
            TestContext.Current.CancellationToken
        );

        Assert.Equal(HttpStatusCode.NotFound, schema.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, submission.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, broken.StatusCode);
    }
}
