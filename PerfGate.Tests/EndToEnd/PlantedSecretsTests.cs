using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using PerfGate.Tests.Faults;
using PerfGate.Tests.Runner;
using PerfGate.Tests.Sensitive;
using PerfGate.Tests.Support;
using PerfGate.Tests.Telemetry;

namespace PerfGate.Tests.EndToEnd;

/// <summary>More than forty kinds of secret are said wherever they can arise, and searched for wherever something is kept.</summary>
public sealed class PlantedSecretsTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("perfgate-planted-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task What_an_engine_says_in_log_samples_and_summary_is_kept_nowhere()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the engine of this test is a script with a shebang");
        await using var collector = new OtlpReceiver();
        var database = await postgres.CreateDatabaseAsync();
        await using var host = await HostProcess.StartAsync(
            Path.Combine(_folder, "data"),
            database,
            await SayingEngine.WriteAsync(_folder, Cancellation),
            [.. collector.Environment, ("PerfGate__Strip", @"\bWED-\d{6}\b")]
        );
        await using var target = await LoadTarget.StartAsync();
        var accepted = await host.Gate.ExecuteAsync(Loads.Request(target.Url), Cancellation);

        var run = await Loads.EndAsync(host.Gate, accepted.TestId);

        Assert.True(run.Results?.Metrics is not null, Loads.Explain(run));
        var kept = await KeptTexts.ReadAsync(host, database, run.TestId);
        AssertFound(kept, SayingEngine.Mark, "log-0.txt", "summary-0.json", "series", "/log", "report?format=html");
        AssertNowhere(kept);
        await host.StopAsync();
        Assert.All(PlantedSecret.All, one => Assert.False(collector.Heard(one.Secret), one.Kind));
    }

    [Fact]
    public async Task What_a_request_carries_in_the_open_is_refused_and_kept_nowhere()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var host = await HostProcess.StartAsync(Path.Combine(_folder, "data"), database);
        using var http = new HttpClient { BaseAddress = host.Gate.Server };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", host.Token);
        var said = new StringBuilder();

        foreach (var one in PlantedSecret.All.Where(one => one.Form))
        {
            foreach (var route in new[] { "tests/execute", "tests" })
            {
                var (status, answer) = await PostAsync(http, route, Request(one.Text));
                Assert.True(status == HttpStatusCode.UnprocessableEntity, $"{one.Kind}: {status} {answer}");
                Assert.Contains("configuration.scenarios[0].steps[0]", answer, StringComparison.Ordinal);
                said.AppendLine(answer);
            }
            // Where another field is wrong, its value is no reason to repeat it.
            var (_, type) = await PostAsync(http, "tests/execute", new { testType = one.Text, environment = one.Text });
            said.AppendLine(type);
            using var stranger = new HttpRequestMessage(
                HttpMethod.Get,
                $"/api/performance/runs?q={Uri.EscapeDataString(one.Text)}"
            );
            stranger.Headers.TryAddWithoutValidation("Authorization", $"Bearer {one.Secret.Replace('\n', ' ')}");
            using var refused = await http.SendAsync(stranger, Cancellation);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            said.AppendLine(await refused.Content.ReadAsStringAsync(Cancellation));
        }

        var kept = await KeptTexts.ReadAsync(host, database, null);
        AssertNowhere([.. kept, ("answers", said.ToString())]);
    }

    [Fact]
    public async Task A_secret_in_place_of_a_name_is_in_no_answer_and_kept_nowhere()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var host = await HostProcess.StartAsync(Path.Combine(_folder, "data"), database);
        using var http = new HttpClient { BaseAddress = host.Gate.Server };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", host.Token);
        var said = new StringBuilder();

        // Of some the secret alone has their form, too.
        var texts = PlantedSecret
            .All.Where(one => one.Form)
            .SelectMany(one => one.Text == $"got {one.Secret} here" ? new[] { one.Text, one.Secret } : [one.Text]);
        foreach (var text in texts)
        {
            var named = new Dictionary<string, object> { [text] = 1 };
            (string Route, object Body)[] requests =
            [
                ("tests/execute", named),
                .. new[] { "thresholds", "earlyStop", "tags", text }
                    .Select(member => new Dictionary<string, object>
                    {
                        ["baseUrl"] = "http://127.0.0.1:9",
                        [member] = named,
                    })
                    .Append(
                        new Dictionary<string, object>
                        {
                            ["thresholds"] = new Dictionary<string, object> { ["k6"] = named },
                        }
                    )
                    .Select(configuration =>
                        (
                            "tests",
                            (object)
                                new
                                {
                                    testType = "load",
                                    environment = "staging",
                                    configuration,
                                }
                        )
                    ),
                ("baselines", named),
                ("baselines", new { testId = text }),
                ("emergency-stop", named),
                ("emergency-stop", new { reason = "x", environment = text }),
                (
                    "tests",
                    new
                    {
                        schedule = named,
                        testType = "load",
                        environment = "staging",
                    }
                ),
            ];
            foreach (var (route, body) in requests)
            {
                var (status, answer) = await PostAsync(http, route, body);
                Assert.True(status == HttpStatusCode.UnprocessableEntity, $"{route}: {status} {answer}");
                said.AppendLine(answer);
            }
            foreach (var query in new[] { $"{Uri.EscapeDataString(text)}=1", $"limit={Uri.EscapeDataString(text)}" })
            {
                using var asked = await http.GetAsync(
                    new Uri($"/api/performance/runs?{query}", UriKind.Relative),
                    Cancellation
                );
                Assert.Equal(HttpStatusCode.UnprocessableEntity, asked.StatusCode);
                said.AppendLine(await asked.Content.ReadAsStringAsync(Cancellation));
            }
        }

        var kept = await KeptTexts.ReadAsync(host, database, null);
        AssertNowhere([.. kept, ("answers", said.ToString())]);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task<(HttpStatusCode Status, string Answer)> PostAsync(
        HttpClient http,
        string route,
        object body
    )
    {
        using var content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(
            new Uri($"/api/performance/{route}", UriKind.Relative),
            content,
            Cancellation
        );
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private static object Request(string text) =>
        new
        {
            name = "planted",
            testType = "endurance",
            environment = "staging",
            configuration = new
            {
                baseUrl = "http://127.0.0.1:9",
                duration = 3,
                arrivalRate = 1,
                scenarios = new[]
                {
                    new
                    {
                        name = "one",
                        steps = new[]
                        {
                            new
                            {
                                method = "POST",
                                path = "/",
                                body = new { note = text },
                            },
                        },
                    },
                },
            },
        };

    internal static void AssertFound(
        IReadOnlyList<(string Where, string Text)> kept,
        string text,
        params string[] places
    ) =>
        Assert.All(
            places,
            place =>
                Assert.True(
                    kept.Any(one =>
                        one.Where.Contains(place, StringComparison.Ordinal)
                        && one.Text.Contains(text, StringComparison.Ordinal)
                    ),
                    $"{place} was not searched: {string.Join(", ", kept.Select(one => one.Where).Distinct())}"
                )
        );

    internal static void AssertNowhere(IReadOnlyList<(string Where, string Text)> kept)
    {
        var found = PlantedSecret
            .All.SelectMany(one =>
                kept.Where(at => Written(one.Secret).Any(form => at.Text.Contains(form, StringComparison.Ordinal)))
                    .Select(at => $"{one.Kind} in {at.Where}")
            )
            .Distinct();
        Assert.Equal("", string.Join('\n', found));
    }

    private static string[] Written(string secret) =>
        [
            secret,
            Uri.EscapeDataString(secret),
            WebUtility.HtmlEncode(secret),
            JsonEncodedText.Encode(secret).ToString(),
        ];
}
