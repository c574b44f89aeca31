using System.Text;
using System.Text.Json;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;

namespace PerfGate.Tests.Requests;

/// <summary>Real data and live secrets are refused where they stand; what only looks a little like them passes.</summary>
public sealed class SensitiveContentTests
{
    /// <summary>Assembled here, so that no search for secrets finds them in this file.</summary>
    public static TheoryData<string, string> Found =>
        new()
        {
            { "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NSJ9.c2lnbmF0dXJl", "a token (JWT)" },
            { "-----BEGIN RSA " + "PRIVATE KEY-----", "a private key" },
            { "key AKIA" + "IOSFODNN7EXAMPLE here", "an access key of AWS" },
            { "AccountKey=" + new string('a', 86) + "==", "an account key of Azure Storage" },
            { "/blob?sv=2024&sig=" + new string('b', 43), "a shared access signature" },
            { "ghp" + "_" + new string('c', 36), "a token of GitHub" },
            { "glpat" + "-" + new string('d', 20), "a token of GitLab" },
            { "xoxb" + "-123456789012-abcdef", "a token of Slack" },
            { "sk_live" + "_" + new string('e', 24), "a live key of Stripe" },
            { "AIza" + new string('f', 35), "a key of Google" },
            { "SG." + new string('g', 22) + "." + new string('h', 43), "a key of SendGrid" },
            { "npm" + "_" + new string('i', 36), "a token of npm" },
            { "Server=db;Database=x;" + "Password=hush-hush", "a connection string with its password" },
            { "amqp://user:" + "hush@queue/", "a URL with a password" },
            { "Bearer " + new string('j', 24), "a credential" },
            { "anna.muster@gmail.com", "an e-mail address of a real domain" },
            { "user-{{__VU}}@shop.ch", "an e-mail address of a real domain" },
            { "4539 1488 0343 6467", "the number of a payment card" },
            { "card 4539148803436467.", "the number of a payment card" },
            { "DE89 3704 0044 0532 0130 00", "the number of a bank account (IBAN)" },
            { "GB29NWBK60161331926819", "the number of a bank account (IBAN)" },
        };

    [Theory]
    [MemberData(nameof(Found))]
    public void It_is_refused_with_its_place_and_kind_and_is_not_repeated(string text, string kind)
    {
        var errors = Read(text);

        var error = Assert.Single(errors, one => one.Field == "configuration.scenarios[0].steps[0].body.deep[1].value");
        Assert.Equal($"looks like it holds {kind}", error.Problem);
        Assert.DoesNotContain(text, JsonSerializer.Serialize(errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("user-{{__VU}}@example.com")]
    [InlineData("anna@sub.example.org")]
    [InlineData("anna@shop.test")]
    [InlineData("logo@2x.png")]
    [InlineData("@media (min-width: 100px)")]
    [InlineData("4111 1111 1111 1111")]
    [InlineData("4539148803436468")]
    [InlineData("0190a6a0-0000-7000-8000-000000000000")]
    [InlineData("1773486000123456")]
    [InlineData("d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("Bearer {{token}}")]
    [InlineData("Bearer {{secret:STAGING_TOKEN}}")]
    [InlineData("Basic test")]
    [InlineData("password=demo&user=supplier-{{__VU}}")]
    [InlineData("https://example.com:8080/path@here")]
    [InlineData("DE00 3704 0044 0532 0130 00")]
    [InlineData("PRIVATE KEY of the gallery")]
    public void What_is_synthetic_or_something_else_passes(string text) => Assert.Empty(Read(text));

    [Fact]
    public void The_name_of_a_member_is_no_hiding_place_and_is_not_repeated()
    {
        var errors = Read("x", body: new Dictionary<string, string> { ["anna.muster@gmail.com"] = "x" });

        var error = Assert.Single(errors);
        Assert.Equal("configuration.scenarios[0].steps[0].body", error.Field);
        Assert.DoesNotContain("anna", JsonSerializer.Serialize(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_text_is_searched_in_no_time_to_speak_of()
    {
        foreach (var part in new[] { "eyJ", "a.", "a@", "4539 ", "AKIA", "DE89 3704 ", "server=x;" })
        {
            Read(string.Concat(Enumerable.Repeat(part, 60_000 / part.Length)));
        }
    }

    [Theory]
    [InlineData("{{secret:TOKEN}}", null)]
    [InlineData("a {{secret:A}} b {{secret:B_2}}", null)]
    [InlineData("{{secret:token}}", "refers to a secret in another way")]
    [InlineData("{{ secret:TOKEN }}", "refers to a secret in another way")]
    [InlineData("{{secret:}}", "refers to a secret in another way")]
    public void A_reference_to_a_secret_has_one_form(string header, string? problem)
    {
        var errors = Read("x", header);

        Assert.Equal(problem, errors.Count == 0 ? null : Assert.Single(errors).Problem);
    }

    private static List<FieldError> Read(string text, string header = "x", object? body = null) =>
        RequestReader
            .Read(
                Encoding.UTF8.GetBytes(
                    JsonSerializer.Serialize(
                        new
                        {
                            testType = "load",
                            environment = "staging",
                            configuration = new
                            {
                                baseUrl = "http://shop.example",
                                scenarios = new[]
                                {
                                    new
                                    {
                                        name = "own",
                                        steps = new[]
                                        {
                                            new
                                            {
                                                method = "POST",
                                                path = "/",
                                                headers = new Dictionary<string, string> { ["X-Test"] = header },
                                                body = body
                                                    ?? new { deep = new object[] { "a", new { value = text } } },
                                            },
                                        },
                                    },
                                },
                            },
                        }
                    )
                ),
                Limits.Default
            )
            .Errors.Where(error => !error.Problem.Contains("no step before", StringComparison.Ordinal))
            .ToList();
}
