using System.Text;
using System.Text.Json;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;

namespace PerfGate.Tests.Requests;

public class RequestReaderTests
{
    private const string Full = """
        {
          "testType": "stress",
          "environment": "staging",
          "configuration": {
            "baseUrl": "https://staging.example.com/app/",
            "arrivalRate": 12.5,
            "duration": "1m30s",
            "scenarios": [
              { "name": "photoGallery", "weight": 3 },
              {
                "name": "check-out", "thinkTime": 0.5,
                "steps": [
                  {
                    "name": "log in", "method": "POST", "path": "/login?next=%2F",
                    "headers": { "X-Trace": "a" },
                    "body": { "user": "ada", "roles": [1, 2] },
                    "checks": [{ "status": 200 }, { "jsonPath": "$.token" }, { "maxDurationMs": 250.5 }],
                    "capture": { "token": "$.token" },
                    "thinkTime": "250ms"
                  },
                  {
                    "method": "GET", "path": "/orders/{{token}}",
                    "headers": { "Authorization": "Bearer {{token}}" },
                    "checks": [{ "bodyContains": "total" }]
                  }
                ]
              }
            ],
            "thresholds": {
              "maxAvgResponseTime": 400, "maxErrorRate": 0.02, "minThroughput": 5,
              "k6": { "http_req_duration{scenario:check-out}": ["p(99.9)<500", "avg <= 200"], "checks": ["rate>0.99"] }
            },
            "tags": { "team": "forms", "build": "1.2.3" }
          }
        }
        """;

    [Fact]
    public void A_full_request_is_read_as_written()
    {
        var request = Accepted(Full);

        Assert.Equal(TestType.Stress, request.TestType);
        Assert.Equal(TargetEnvironment.Staging, request.Environment);
        var configuration = request.Configuration;
        Assert.Equal("https://staging.example.com/app/", configuration.BaseUrl.AbsoluteUri);
        Assert.Equal((null, 12.5), (configuration.Vus, configuration.ArrivalRate));
        Assert.Equal(TimeSpan.FromSeconds(90), configuration.Duration);
        Assert.Equal(3, configuration.Scenarios[0].Weight);
        var steps = configuration.Scenarios[1].Steps;
        Assert.Equal("""{"user":"ada","roles":[1,2]}""", steps[0].Body);
        Assert.Equal("application/json", steps[0].Headers["Content-Type"]);
        Assert.Equal(TimeSpan.FromMilliseconds(250), steps[0].ThinkTime);
        Assert.Equal(TimeSpan.FromMilliseconds(500), configuration.Scenarios[1].ThinkTime);
        Assert.Equal("total", steps[1].Checks[0].BodyContains);
        Assert.Equal(400, configuration.Thresholds.MaxAvgResponseTime);
        Assert.Equal(3000, configuration.Thresholds.MaxP95ResponseTime);
        Assert.Equal(
            ["p(99.9)<500", "avg <= 200"],
            configuration.Thresholds.K6["http_req_duration{scenario:check-out}"]
        );
        Assert.Equal("forms", configuration.Tags["team"]);
    }

    [Fact]
    public void A_request_survives_being_stored_as_json_and_can_be_sent_again()
    {
        var request = Accepted(Full);
        var stored = JsonSerializer.Serialize(request, RunJson.Options);

        var loaded = JsonSerializer.Deserialize<RunRequest>(stored, RunJson.Options)!;

        Assert.Equal(stored, JsonSerializer.Serialize(loaded, RunJson.Options));
        Assert.Equal(
            request.Configuration.Scenarios[1].Steps[0].Capture,
            loaded.Configuration.Scenarios[1].Steps[0].Capture
        );
        Assert.Equal(request.Configuration.Duration, loaded.Configuration.Duration);
        Assert.Equal(stored, JsonSerializer.Serialize(Accepted(stored), RunJson.Options));
    }

    [Fact]
    public void The_smallest_request_needs_only_a_target()
    {
        var request = Accepted(With("\"baseUrl\": \"http://127.0.0.1:8080\""));

        Assert.Empty(request.Configuration.Scenarios);
        Assert.Null(request.Configuration.Duration);
        Assert.Equal(0.01, request.Configuration.Thresholds.MaxErrorRate);
    }

    [Fact]
    public void All_errors_are_told_at_once()
    {
        var errors = Refused(
            """
            {
              "testType": "lode",
              "configuration": {
                "baseUrl": "ftp://example.com",
                "vus": "ten",
                "duration": "30",
                "scenarioss": [],
                "stages": [{ "duration": "1s", "target": -1 }, { "duration": true }],
                "scenarios": [{ "name": "photoGalery" }, { "name": "9" }],
                "thresholds": { "maxErrorRate": 1.5, "k6": { "http_req_durations": ["p(95)<1"], "checks": ["p(95)<1"] } },
                "tags": { "scenario": "x" }
              }
            }
            """
        );

        Assert.Equal(
            [
                "configuration.baseUrl",
                "configuration.duration",
                "configuration.duration",
                "configuration.scenarios[0].name",
                "configuration.scenarios[1].name",
                "configuration.scenarioss",
                "configuration.stages[0].target",
                "configuration.stages[1].duration",
                "configuration.stages[1].target",
                "configuration.tags.scenario",
                "configuration.thresholds.k6.checks[0]",
                "configuration.thresholds.k6.http_req_durations",
                "configuration.thresholds.maxErrorRate",
                "configuration.vus",
                "environment",
                "testType",
            ],
            errors.Select(error => error.Field).Order(StringComparer.Ordinal)
        );
        Assert.All(errors, error => Assert.NotEmpty(error.Allowed));
        Assert.Contains("did you mean load?", errors.Single(error => error.Field == "testType").Problem);
        Assert.Contains("did you mean scenarios?", errors.Single(e => e.Field == "configuration.scenarioss").Problem);
        Assert.Contains(
            "did you mean photoGallery?",
            errors.Single(e => e.Field == "configuration.scenarios[0].name").Problem
        );
        Assert.Contains("from 0 to 1", errors.Single(e => e.Field == "configuration.thresholds.maxErrorRate").Allowed);
    }

    [Theory]
    [InlineData("""{"testType":"load","testType":"spike"}""", "testType", "is given twice")]
    [InlineData("""{"testType":"Load"}""", "testType", "is \"Load\"; did you mean load?")]
    [InlineData("""{"testType":1}""", "testType", "is a number")]
    [InlineData("""{"testType":"load",}""", "request", "is not valid JSON at line 1")]
    [InlineData("[]", "request", "is an array")]
    [InlineData("", "request", "is not valid JSON")]
    [InlineData("""{"testType":"\ud800"}""", "testType", "holds text that is not Unicode")]
    [InlineData("""{"__proto__":{}}""", "__proto__", "is not a known field")]
    public void A_malformed_document_is_refused(string json, string field, string problem) =>
        Assert.Contains(Refused(json), error => error.Field == field && error.Problem.Contains(problem));

    [Fact]
    public void Bytes_that_are_no_text_too_many_or_too_deep_are_refused()
    {
        Assert.Contains("UTF-8", RequestReader.Read(new byte[] { 0x22, 0xff, 0x22 }, Limits.Default).Errors[0].Problem);
        var deep = new string('[', 40) + new string(']', 40);
        Assert.Contains("32 levels", Refused(deep)[0].Allowed);
        var large = RequestReader.Read(new byte[200], Limits.Default with { RequestBytes = 100 });
        Assert.Equal("at most 100 bytes", large.Errors[0].Allowed);
    }

    [Theory]
    [InlineData("https://user:secret@example.com")]
    [InlineData("https://@example.com")]
    [InlineData("https://example.com/?token=secret")]
    [InlineData("https://example.com/#x")]
    [InlineData("//example.com")]
    [InlineData("/only/a/path")]
    [InlineData("file:///etc/passwd")]
    [InlineData("javascript:alert(1)")]
    [InlineData("http:\\\\\\\\example.com")]
    [InlineData("https://exa mple.com")]
    [InlineData("http://")]
    public void A_target_that_is_no_plain_http_root_is_refused_without_repeating_it(string url)
    {
        var error = Assert.Single(Refused(With($"\"baseUrl\": \"{url}\"")));

        Assert.Equal("configuration.baseUrl", error.Field);
        Assert.DoesNotContain("secret", error.Problem);
    }

    [Theory]
    [InlineData("\"vus\": 5, \"arrivalRate\": 5", "vus", "together with arrivalRate")]
    [InlineData("\"vus\": 3", "vus", "4 scenarios share")]
    [InlineData("\"vus\": 4.5", "vus", "is 4.5")]
    [InlineData("\"vus\": 1e9", "vus", "is 1e9")]
    [InlineData("\"vus\": 1001", "vus", "is 1001")]
    [InlineData("\"arrivalRate\": 0", "arrivalRate", "is 0")]
    [InlineData("\"arrivalRate\": 1e999", "arrivalRate", "is 1e999")]
    [InlineData("\"duration\": \"2h\"", "duration", "is \"2h\"")]
    [InlineData("\"duration\": 0.5", "duration", "is 0.5")]
    [InlineData("\"duration\": -1", "duration", "is -1")]
    [InlineData(
        "\"duration\": 10, \"stages\": [{\"duration\": 10, \"target\": 1}]",
        "duration",
        "together with stages"
    )]
    [InlineData(
        "\"stages\": [{\"duration\": \"40m\", \"target\": 1}, {\"duration\": \"40m\", \"target\": 1}]",
        "stages",
        "1h20m"
    )]
    [InlineData("\"stages\": [{\"duration\": 10, \"target\": 0}]", "stages", "never apply any load")]
    [InlineData("\"vus\": 4, \"stages\": [{\"duration\": 10, \"target\": 1.5}]", "stages[0].target", "is 1.5")]
    [InlineData(
        "\"vus\": 0, \"stages\": [{\"duration\": 10, \"target\": 3}]",
        "stages",
        "reach 3 VUs, but 4 scenarios"
    )]
    [InlineData("\"stages\": 5", "stages", "is a number")]
    [InlineData(
        "\"scenarios\": [{\"name\":\"clientForm\"},{\"name\":\"clientForm\"}]",
        "scenarios[1].name",
        "two scenarios"
    )]
    [InlineData("\"scenarios\": [{\"name\":\"clientForm\",\"weight\":0}]", "scenarios[0].weight", "is 0")]
    [InlineData("\"scenarios\": [{\"name\":\"a b\"}]", "scenarios[0].name", "is \"a b\"")]
    [InlineData("\"tags\": {\"__proto__\":\"x\"}", "tags.__proto__", "is not a tag name")]
    [InlineData("\"tags\": {\"a\":1}", "tags.a", "is a number")]
    [InlineData("\"thresholds\": {\"maxP95\": 1}", "thresholds.maxP95", "is not a known field")]
    [InlineData("\"thresholds\": {\"k6\": {\"checks\": \"rate>1\"}}", "thresholds.k6.checks", "is a text")]
    [InlineData(
        "\"thresholds\": {\"k6\": {\"checks\": [\"rate>1;x()\"]}}",
        "thresholds.k6.checks[0]",
        "'1;x()' is no number"
    )]
    [InlineData(
        "\"thresholds\": {\"k6\": {\"checks{\": []}}",
        "thresholds.k6[\"checks{\"]",
        "is not the name of a metric"
    )]
    public void A_value_out_of_its_range_is_refused(string fields, string field, string problem)
    {
        var errors = Refused(With($"\"baseUrl\": \"https://example.com\", {fields}"));

        Assert.Contains(errors, error => error.Field == $"configuration.{field}" && error.Problem.Contains(problem));
    }

    [Theory]
    [InlineData("\"method\":\"get\",\"path\":\"/\"", "method", "is \"get\"")]
    [InlineData("\"method\":\"GET\",\"path\":\"x\"", "path", "is \"x\"")]
    [InlineData("\"method\":\"GET\",\"path\":\"/a b\"", "path", "is \"/a b\"")]
    [InlineData("\"method\":\"GET\",\"path\":\"/{{id}}\"", "path", "uses {{id}}")]
    [InlineData("\"method\":\"GET\",\"path\":\"/\",\"body\":\"x\"", "body", "given to a GET request")]
    [InlineData("\"method\":\"POST\",\"path\":\"/\",\"body\":7", "body", "is a number")]
    [InlineData("\"method\":\"GET\",\"path\":\"/\",\"name\":\"a::b\"", "name", "holds ::")]
    [InlineData(
        "\"method\":\"GET\",\"path\":\"/\",\"headers\":{\"Host\":\"x\"}",
        "headers.Host",
        "the connection sets itself"
    )]
    [InlineData(
        "\"method\":\"GET\",\"path\":\"/\",\"headers\":{\"a\\r\\nb\":\"x\"}",
        "headers[\"a??b\"]",
        "is not a header name"
    )]
    [InlineData(
        "\"method\":\"GET\",\"path\":\"/\",\"headers\":{\"a\":\"x\\r\\ny: z\"}",
        "headers.a",
        "control character"
    )]
    [InlineData("\"method\":\"GET\",\"path\":\"/\",\"checks\":[{}]", "checks[0]", "exactly one condition")]
    [InlineData("\"method\":\"GET\",\"path\":\"/\",\"checks\":[{\"status\":99}]", "checks[0].status", "is 99")]
    [InlineData(
        "\"method\":\"GET\",\"path\":\"/\",\"checks\":[{\"jsonPath\":\"$..a\"}]",
        "checks[0].jsonPath",
        "is \"$..a\""
    )]
    [InlineData("\"method\":\"GET\",\"path\":\"/\",\"capture\":{\"1a\":\"$.a\"}", "capture[\"1a\"]", "is not a name")]
    [InlineData("\"method\":\"GET\",\"path\":\"/\",\"thinkTime\":\"1h\"", "thinkTime", "is \"1h\"")]
    [InlineData("\"method\":\"GET\"", "path", "is missing")]
    public void A_bad_step_is_refused(string step, string field, string problem)
    {
        var errors = Refused(
            With($"\"baseUrl\": \"https://example.com\", \"scenarios\": [{{\"name\":\"x\",\"steps\":[{{{step}}}]}}]")
        );

        Assert.Contains(
            errors,
            error => error.Field == $"configuration.scenarios[0].steps[0].{field}" && error.Problem.Contains(problem)
        );
    }

    [Theory]
    [InlineData("http_req_duration{name:/orders/{{token}}}", "p(99) < 500")]
    [InlineData("http_req_duration{scenario:a,status:200}", "med>=0.5")]
    [InlineData("http_reqs", "count!=0")]
    [InlineData("vus", "value<=10")]
    [InlineData("dropped_iterations", "rate==0")]
    public void K6_thresholds_are_taken_as_k6_takes_them(string metric, string expression)
    {
        var json = $$$"""{"{{{metric}}}":["{{{expression}}}"]}""";

        var request = Accepted(With($"\"baseUrl\": \"https://example.com\", \"thresholds\": {{\"k6\": {json}}}"));

        Assert.Equal([expression], request.Configuration.Thresholds.K6[metric]);
    }

    [Fact]
    public void A_flood_of_errors_is_told_up_to_a_hundred()
    {
        var fields = string.Join(',', Enumerable.Range(0, 50_000).Select(i => $"\"f{i}\":1"));

        var errors = Refused($"{{{fields}}}");

        Assert.Equal(101, errors.Count);
        Assert.Contains("further errors", errors[^1].Problem);
    }

    [Fact]
    public void The_documented_example_is_accepted()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "requests.md"));

        var request = Accepted(page.Split("```json")[1].Split("```")[0]);

        Assert.Equal(["photoGallery", "check-out"], request.Configuration.Scenarios.Select(scenario => scenario.Name));
    }

    [Fact]
    public void Null_reads_as_left_out()
    {
        var request = Accepted(
            With("\"baseUrl\": \"https://example.com\", \"vus\": null, \"tags\": null, \"thresholds\": null")
        );

        Assert.Null(request.Configuration.Vus);
        Assert.Equal(50, request.Configuration.Thresholds.MinThroughput);
    }

    [Fact]
    public void Endurance_may_take_longer_than_load()
    {
        var body = With("\"baseUrl\": \"https://example.com\", \"duration\": \"8h\"");

        Assert.NotEmpty(Refused(body));
        Assert.Equal(TimeSpan.FromHours(8), Accepted(body.Replace("load", "endurance")).Configuration.Duration);
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "PerfGate.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
        }
        return folder.FullName;
    }

    private static string With(string configuration) =>
        $$"""{"testType":"load","environment":"staging","configuration":{ {{configuration}} } }""";

    private static RunRequest Accepted(string json)
    {
        var read = RequestReader.Read(Encoding.UTF8.GetBytes(json), Limits.Default);
        Assert.Empty(read.Errors);
        return read.Value!;
    }

    private static IReadOnlyList<FieldError> Refused(string json)
    {
        var read = RequestReader.Read(Encoding.UTF8.GetBytes(json), Limits.Default);
        Assert.Null(read.Value);
        return read.Errors;
    }
}
