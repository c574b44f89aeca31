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
            { "Basic dXNlcj" + "pwYXNz", "a credential" },
            { "curl -H 'Authorization: basic YW5uYT" + "podW50ZXIy'", "a credential" },
            { "/reset?mail=jane%40gmail.com", "an e-mail address of a real domain" },
            { "/reset?mail=jane%2540gmail.com", "an e-mail address of a real domain" },
            { "{\"mail\":\"jane\\u0040gmail.com\"}", "an e-mail address of a real domain" },
            { "<a>jane&#64;gmail.com</a>", "an e-mail address of a real domain" },
            { "card=4539%201488%200343%206467", "the number of a payment card" },
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
    [InlineData("basic training in the gallery")]
    [InlineData("/reset?mail=jane%40example.com")]
    [InlineData("100% of \\users are & stay")]
    public void What_is_synthetic_or_something_else_passes(string text) => Assert.Empty(Read(text));

    [Fact]
    public void The_name_of_a_member_is_no_hiding_place_and_is_not_repeated()
    {
        var errors = Read("x", body: new Dictionary<string, string> { ["anna.muster@gmail.com"] = "x" });

        var error = Assert.Single(errors);
        Assert.Equal("configuration.scenarios[0].steps[0].body", error.Field);
        Assert.DoesNotContain("anna", JsonSerializer.Serialize(errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Authorization", "Bearer opaque-7731", false)]
    [InlineData("authorization", "opaque-7731", false)]
    [InlineData("Authorization", "Bearer {{token}}", true)]
    [InlineData("Authorization", "{{secret:SHOP_KEY}}", true)]
    [InlineData("Authorization", "Token key={{secret:SHOP_KEY}}", true)]
    [InlineData("Authorization", "Bearer {{token}}.opaque-7731", false)]
    [InlineData("Authorization", "Bearer test-token-7", true)]
    [InlineData("Proxy-Authorization", "Negotiate b3BhcXVlLTc3", false)]
    [InlineData("X-Api-Key", "a8f1", false)]
    [InlineData("x-api-key", "{{secret:SHOP_KEY}}", true)]
    [InlineData("Ocp-Apim-Subscription-Key", "77310a", false)]
    [InlineData("X-Supplier-Api-Key", "77310a", false)]
    [InlineData("X-Auth-Token", "demo", true)]
    [InlineData("Cookie", "theme=dark; lang=de-CH", true)]
    [InlineData("Cookie", "theme=dark; sid=0a1b2c3d4e", false)]
    [InlineData("Cookie", "sid={{session}}; theme=dark", true)]
    [InlineData("X-Request-Id", "0a1b2c3d4e", true)]
    [InlineData("Sec-WebSocket-Key", "dGhlIHNhbXBsZQ", true)]
    public void A_header_that_carries_a_credential_has_it_by_reference_alone(string name, string value, bool passes)
    {
        var errors = Read("x", headers: new Dictionary<string, string> { [name] = value });

        Assert.Equal(
            passes ? [] : [$"configuration.scenarios[0].steps[0].headers.{name} carries a credential in the open"],
            errors.Select(error => $"{error.Field} {error.Problem}")
        );
        Assert.All(errors, error => Assert.Contains("{{secret:NAME}}", error.Allowed, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(
        "http://shop.example/mail/anna.muster@gmail.com",
        "configuration.baseUrl holds a user name or password"
    )]
    [InlineData(
        "http://shop.example/mail/anna.muster%40gmail.com",
        "configuration.baseUrl looks like it holds an e-mail address of a real domain"
    )]
    [InlineData(
        "http://shop.example/4539148803436467/",
        "configuration.baseUrl looks like it holds the number of a payment card"
    )]
    [InlineData("http://shop.example/logo%402x.png", null)]
    public void The_root_of_a_target_holds_none(string baseUrl, string? error) =>
        Assert.Equal(
            error is null ? [] : [error],
            Read("x", baseUrl: baseUrl).Select(one => $"{one.Field} {one.Problem}")
        );

    [Fact]
    public void Names_and_reasons_hold_none_for_they_are_kept_for_good()
    {
        const string said = "as anna.muster@gmail.com asked";
        var definition = TestDefinitionReader.Read(
            JsonSerializer.SerializeToUtf8Bytes(
                new
                {
                    name = said,
                    testType = "load",
                    environment = "staging",
                    configuration = new { baseUrl = "http://shop.example" },
                }
            ),
            Limits.Default
        );
        var reason = JsonSerializer.SerializeToUtf8Bytes(new { reason = said });

        foreach (
            var errors in new[]
            {
                definition.Errors,
                StopRequest.Read(reason, Limits.Default).Errors,
                BaselineRequest.Read(reason, wantsRun: false, Limits.Default).Errors,
            }
        )
        {
            var error = Assert.Single(errors);
            Assert.Equal("looks like it holds an e-mail address of a real domain", error.Problem);
            Assert.DoesNotContain("anna", JsonSerializer.Serialize(errors), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_long_text_is_searched_in_no_time_to_speak_of()
    {
        foreach (
            var part in new[]
            {
                "eyJ",
                "a.",
                "a@",
                "4539 ",
                "AKIA",
                "DE89 3704 ",
                "server=x;",
                "Basic dXNl ",
                "%40",
                "%25",
                "\\u0040",
                "&#64;",
            }
        )
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

    private static List<FieldError> Read(
        string text,
        string header = "x",
        object? body = null,
        Dictionary<string, string>? headers = null,
        string baseUrl = "http://shop.example"
    ) =>
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
                                baseUrl,
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
                                                headers = headers
                                                    ?? new Dictionary<string, string> { ["X-Test"] = header },
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
