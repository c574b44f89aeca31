using System.Net;
using System.Net.Http.Headers;
using System.Text;
using PerfGate.Tests.EndToEnd;

namespace PerfGate.Tests.Faults;

/// <summary>Whatever is sent: an answer that names the field, never a 500, and nothing stored.</summary>
public sealed class BadRequestTests(GateFixture gate) : IClassFixture<GateFixture>
{
    private const string Good = """
        {"testType":"load","environment":"staging","configuration":{"baseUrl":"http://127.0.0.1:9"}}
        """;

    public static TheoryData<string, string, string> Requests =>
        new()
        {
            { "an unknown field", Good.Replace("\"testType\"", "\"colour\":1,\"testType\""), "colour" },
            { "a nested unknown field", With("\"vusers\":3"), "configuration.vusers" },
            { "a name given twice", With("\"duration\":5,\"duration\":6"), "configuration.duration" },
            { "text for a number", With("\"arrivalRate\":\"many\""), "configuration.arrivalRate" },
            { "a number for text", Good.Replace("\"load\"", "7"), "testType" },
            { "an object for a list", With("\"stages\":{}"), "configuration.stages" },
            { "a list for an object", Good.Replace("{\"baseUrl\":\"http://127.0.0.1:9\"}", "[]"), "configuration" },
            { "a number beyond all", With("\"arrivalRate\":1e999"), "configuration.arrivalRate" },
            { "a negative duration", With("\"duration\":-5"), "configuration.duration" },
            { "stages that never begin", With("\"stages\":[]  ,\"duration\":\"0s\""), "configuration.duration" },
            {
                "a stage without a target",
                With("\"stages\":[{\"duration\":\"5s\"}]"),
                "configuration.stages[0].target"
            },
            {
                "a stage of negative users",
                With("\"vus\":3,\"stages\":[{\"duration\":\"5s\",\"target\":-1}]"),
                "configuration.stages[0].target"
            },
            {
                "stages and a duration",
                With("\"duration\":5,\"stages\":[{\"duration\":\"5s\",\"target\":1}]"),
                "configuration.duration"
            },
            {
                "stages longer than any run may be",
                With("\"stages\":[{\"duration\":\"9000h\",\"target\":1}]"),
                "configuration.stages"
            },
            { "a target that is a file", Good.Replace("http://127.0.0.1:9", "file:///etc/passwd"), "baseUrl" },
            { "half a character", With("\"tags\":{\"build\":\"\\ud800\"}"), "configuration.tags" },
            { "the character 0 in a tag", With("\"tags\":{\"build\":\"a\\u0000b\"}"), "configuration.tags" },
            { "nothing", "", "request" },
            { "no JSON", "testType=load", "request" },
            { "JSON with an end too early", Good[..40], "request" },
            { "a list", "[]", "request" },
            { "null", "null", "request" },
            { "too many levels", new string('[', 5000) + new string(']', 5000), "request" },
            { "no UTF-8", "\u00ff\u00fe", "request" },
        };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_request_that_cannot_be_used_is_answered_with_422_and_its_field(
        string what,
        string body,
        string field
    )
    {
        var (status, type, problem) = await PostAsync(Encoding.Latin1.GetBytes(body));

        Assert.True(status == HttpStatusCode.UnprocessableEntity, $"{what}: {status} {problem}");
        Assert.Equal("application/problem+json", type);
        Assert.Contains(field, problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_character_0_in_a_request_body_of_a_step_is_no_fault_of_the_server()
    {
        var step =
            "\"scenarios\":[{\"name\":\"a\",\"steps\":[{\"method\":\"POST\",\"path\":\"/\",\"body\":\"x\\u0000y\"}]}]";

        var (status, _, problem) = await PostAsync(Encoding.UTF8.GetBytes(With(step + ",\"duration\":1")));

        Assert.True((int)status < 500, $"{status} {problem}");
    }

    private static string With(string member) =>
        Good.Trim().Replace("\"baseUrl\"", $"{member},\"baseUrl\"", StringComparison.Ordinal);

    private async Task<(HttpStatusCode Status, string? Type, string Body)> PostAsync(byte[] body)
    {
        using var http = new HttpClient { BaseAddress = gate.Server.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            gate.Server.IssueToken("tests")
        );
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await http.PostAsync(
            new Uri("/api/performance/tests/execute", UriKind.Relative),
            content,
            TestContext.Current.CancellationToken
        );
        return (
            answer.StatusCode,
            answer.Content.Headers.ContentType?.MediaType,
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)
        );
    }
}
