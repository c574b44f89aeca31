using PerfGate.Core.K6Output;

namespace PerfGate.Tests.K6Output;

public class SensitiveTextTests
{
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
        Assert.Contains(written, SensitiveText.Written("p@ss!word(1)&<x>"));
}
