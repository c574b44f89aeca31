using System.Text.Encodings.Web;
using System.Text.Json;
using PerfGate.Core.Sensitive;

namespace PerfGate.Tests.Sensitive;

public class SensitiveTextTests
{
    private static readonly JsonSerializerOptions Relaxed = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly Concealment Known = new([], @"\bWED-\d{6}\b", ["shop.example"]);

    [Theory]
    [InlineData("Get \"https://a.example/x?token=abc\": refused", "Get \"https://a.example/x?[stripped]\": refused")]
    [InlineData(
        "msg=\"Get \\\"http://u:p@a.example/x?y=1\\\": dial\"",
        "msg=\"Get \\\"http://a.example/x?[stripped]\\\": dial\""
    )]
    [InlineData("Authorization: Bearer eyJhbGciOi.J9.abc", "Authorization: Bearer [stripped]")]
    [InlineData("{\"password\":\"hunter2\"}", "{\"password\":\"[stripped]\"}")]
    [InlineData("dial tcp 127.0.0.1:1: connection refused", "dial tcp 127.0.0.1:1: connection refused")]
    public void Secrets_go_and_the_rest_stays(string text, string stripped) =>
        Assert.Equal(stripped, SensitiveText.Strip(text));

    [Fact]
    public void Long_text_is_cut() => Assert.Equal("aaaa…", SensitiveText.Strip(new string('a', 50), 5));

    [Theory]
    [InlineData("p%40ss!word(1)%26%3Cx%3E")]
    [InlineData("p%40ss%21word%281%29%26%3cx%3e")]
    [InlineData("p@ss!word(1)\\u0026\\u003cx\\u003e")]
    public void A_named_secret_is_known_as_scripts_engines_and_forms_write_it(string written) =>
        Assert.Contains(written, Concealment.Written("p@ss!word(1)&<x>"));

    public static TheoryData<string> Kinds => [.. PlantedSecret.All.Select(one => one.Kind)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_kind_of_secret_goes_however_a_log_writes_it(string kind)
    {
        var planted = PlantedSecret.All.Single(one => one.Kind == kind);
        var quoted = JsonSerializer.Serialize(planted.Text, Relaxed);
        var twice = JsonSerializer.Serialize(quoted, Relaxed);

        foreach (
            var text in new[]
            {
                planted.Text,
                $"time=\"2026-11-24T02:00:00Z\" level=error msg={quoted} source=console",
                $"level=warning msg=\"Request Failed\" error={quoted}",
                $"level=info msg={twice}",
                $"before, {planted.Text}",
            }
        )
        {
            var stripped = SensitiveText.Strip(text, Known);
            Assert.DoesNotContain(planted.Secret, stripped, StringComparison.Ordinal);
            Assert.Equal(stripped, SensitiveText.Strip(stripped, Known));
        }
    }

    [Theory]
    [InlineData("dial tcp 127.0.0.1:8080: connect: connection refused")]
    [InlineData("Get \"https://shop.example/galleries/2025/anna-und-ben-12345678901234567890.jpg\": EOF")]
    [InlineData("GET /api/v2/Suppliers/1234567/Galleries/89/Photos")]
    [InlineData("session: the dashboard loads")]
    [InlineData("status code is 200")]
    [InlineData("TypeError: Cannot read property 'session' of undefined")]
    [InlineData("level=error msg=\"GoError: the body is null\" executor=constant-arrival-rate scenario=clientForm")]
    [InlineData("http_req_duration{expected_response:true}")]
    [InlineData("0190a6a0-0000-7000-8000-000000000000 at 12:30:45 of v2.2.0")]
    [InlineData("token expired")]
    [InlineData("main.3f9a2c1b8d.js")]
    public void What_people_need_to_read_stays(string text)
    {
        Assert.Equal(text, SensitiveText.Strip(text, Known));
    }
}
