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
}
