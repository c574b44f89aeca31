using PerfGate.Core.Sensitive;
using PerfGate.Runner.Engines;
using PerfGate.Runner.Load;

namespace PerfGate.Tests.Sensitive;

/// <summary>
/// Texts that were made to keep whoever reads them busy. A pattern that used up its time would take the whole text out, so that what
/// stays of it tells that none did; work that grows with the square of the length would need hours for these.
/// </summary>
public sealed class HostileTextTests
{
    private const int Length = 128 * 1024;

    private static readonly Concealment Known = new(["known-secret"], @"\bWED-\d{6}\b", ["shop.example"]);

    /// <summary>What each of them repeats.</summary>
    public static TheoryData<string> Repeated =>
        [
            "a",
            "a.",
            "a+",
            "a://",
            "://",
            "://u:",
            "?",
            "?a",
            "&a",
            "@a",
            "a@",
            "a@a.",
            "-----BEGIN PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----a",
            "-----BEGIN A ",
            "cookie",
            "cookie ",
            "cookie\\",
            "password",
            "password ",
            "password\\",
            "token_",
            "code ",
            "Digest ",
            "Digest a",
            "SharedKey a",
            "Bearer ",
            "server=a;",
            "eyJaaaaaaaa",
            "eyJaaaaaaaa.",
            "1",
            "1 ",
            "1.",
            ":",
            "f:",
            "A9",
            "AB12 ABCD ",
            "Aa1",
            "Aa1+",
            "\"\\",
            "\\\"",
            "msg=\"",
            "msg=\"\\",
            "a-",
            "a.internal",
            "%2",
        ];

    [Theory]
    [MemberData(nameof(Repeated))]
    public void A_long_text_is_stripped_without_any_pattern_running_out_of_time(string repeated)
    {
        var text = $"first {Of(repeated)} last";

        var stripped = SensitiveText.Strip(text, Known);

        Assert.StartsWith("first ", stripped, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Repeated))]
    public void A_log_takes_such_a_line_and_goes_on(string repeated)
    {
        var log = new EngineLog();

        log.Add($"time=\"x\" level=info msg=\"{Of(repeated)[..LineReader.MaxLength]}");
        log.Add("level=error msg=\"the end\"");

        Assert.Equal("the end", log.LastError);
        Assert.StartsWith("time=\"x\" level=info ", Text(log), StringComparison.Ordinal);
    }

    // Patterns with a time limit found nothing more in some texts, in the whole process, once they had read a long one.
    [Theory]
    [InlineData("anna@", "f", ".ch")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJ", "a", ".b")]
    [InlineData("https://u:", "p", "@shop.example/")]
    [InlineData("https://shop.example/?q=", "p", "")]
    [InlineData("sk_live_", "1", "")]
    public void After_a_long_text_secrets_are_found_as_before(string start, string piece, string end)
    {
        SensitiveText.Strip(start + string.Concat(Enumerable.Repeat(piece, 300_000)) + end, Known);

        var stripped = SensitiveText.Strip(string.Join('\n', PlantedSecret.All.Select(one => one.Text)), Known);

        Assert.DoesNotContain(
            PlantedSecret.All.Where(one => one.Form),
            one => stripped.Contains(one.Secret, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Of_a_long_line_a_secret_at_the_cut_leaves_nothing()
    {
        // Everything before it shrinks, so that what was cut comes to where it would be shown.
        for (var before = 7_800; before < 8_100; before++)
        {
            var line = $"password=\"{new string('x', before)}\" 4532 0151 1283 0366 known-secret 4532015112830366";

            var shown = SensitiveText.Strip(line, 4000);

            Assert.DoesNotContain("4532", shown, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_line_without_an_end_is_read_to_a_size_and_those_after_it_are_whole()
    {
        var lines = new List<string>();

        await LineReader.ReadAsync(new StringReader($"one\r\n\r\n{Of("x")}\rthree\n\nfive"), lines.Add);

        Assert.Equal(["one", "", new string('x', LineReader.MaxLength), "three", "", "five"], lines);
    }

    private static string Of(string repeated) => string.Concat(Enumerable.Repeat(repeated, Length / repeated.Length));

    private static string Text(EngineLog log) => System.Text.Encoding.UTF8.GetString(log.ToUtf8());
}
