using System.IO.Compression;
using System.Net;
using System.Text;
using PerfGate.Tests.K6Output;

namespace PerfGate.Tests.Http;

/// <summary>What cannot be imported: everything that is wrong with it is told, and nothing is kept.</summary>
public sealed class ImportRefusalTests(ImportFixture gate) : IClassFixture<ImportFixture>
{
    private static readonly byte[] Request = Encoding.UTF8.GetBytes(ImportFixture.Lenient);

    [Fact]
    public async Task Everything_that_cannot_be_read_is_told_at_once_by_part_and_line_and_nothing_is_stored()
    {
        var csv = Encoding.UTF8.GetString(Captures.Read("v2.2.0", "points.csv.gz")).Split('\n');
        csv[4] = "http_reqs,soon" + csv[4][csv[4].IndexOf(',', 20)..];
        var before = (Runs: await CountAsync(), Artifacts: gate.Artifacts().Count());
        var (answer, problem) = await gate.ImportAsync(
            ("request", """{"testType":"lode","environment":"staging","configuration":{}}"""u8.ToArray()),
            ("output", Captures.Read("v2.2.0", "points.csv.gz")),
            ("output", Encoding.UTF8.GetBytes(string.Join('\n', csv))),
            ("output", "hello"u8.ToArray()),
            ("output", Captures.Read("v2.2.0", "summary-export.json")),
            ("summary", "{}"u8.ToArray()),
            ("exitCode", "-1"u8.ToArray()),
            ("surprise", "?"u8.ToArray())
        );
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var errors = problem
            .GetProperty("errors")
            .EnumerateArray()
            .ToDictionary(e => e.GetProperty("field").GetString()!, e => e.GetProperty("problem").GetString()!);
        Assert.Equal(
            ["exitCode", "output[1]", "output[2]", "output[3]", "summary", "surprise", "testType"],
            errors.Keys.Order()
        );
        Assert.StartsWith("line 5: its timestamp", errors["output[1]"]);
        Assert.Contains("neither CSV nor NDJSON", errors["output[2]"]);
        Assert.Contains("summary", errors["output[3]"]);
        Assert.Equal(before, (await CountAsync(), gate.Artifacts().Count()));
    }

    [Fact]
    public async Task Neither_request_nor_output_is_a_problem_of_both()
    {
        var (answer, problem) = await gate.ImportAsync(("exitCode", "0"u8.ToArray()));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(
            ["request", "output"],
            problem.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("field").GetString())
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task More_than_the_limit_is_refused_with_413_whether_its_length_was_told_or_not(bool chunked)
    {
        var before = (await CountAsync(), gate.Artifacts().Count());
        var csv = Captures.Read("v2.2.0", "points.csv.gz");
        var rows = csv[(Array.IndexOf(csv, (byte)'\n') + 1)..];
        byte[] large =
        [
            .. csv,
            .. Enumerable.Range(0, ImportFixture.ImportBytes / rows.Length + 1).SelectMany(_ => rows),
        ];
        using var form = ImportFixture.Form(("request", Request), ("output", large));
        var (answer, problem) = await gate.SendAsync(form, chunked);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("3000000", problem.GetProperty("detail").GetString());
        Assert.Equal(before, (await CountAsync(), gate.Artifacts().Count()));

        // Packed, the same is small enough.
        var (packed, _) = await gate.ImportAsync(("request", Request), ("output", Gzip(large)));
        Assert.Equal(HttpStatusCode.Created, packed.StatusCode);
    }

    [Fact]
    public async Task What_is_no_multipart_form_is_refused()
    {
        using var json = new StringContent("{}", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await gate.SendAsync(json)).Answer.StatusCode);

        using var form = ImportFixture.Form(("request", Request), ("output", Captures.Read("v2.2.0", "points.csv.gz")));
        var bytes = await form.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        using var cut = new ByteArrayContent(bytes[..^100]);
        cut.Headers.ContentType = form.Headers.ContentType;
        var (answer, problem) = await gate.SendAsync(cut);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal("body", problem.GetProperty("errors")[0].GetProperty("field").GetString());
    }

    [Fact]
    public async Task Who_has_no_token_imports_nothing()
    {
        using var stranger = new HttpClient { BaseAddress = gate.Http.BaseAddress };
        using var form = ImportFixture.Form(("request", Request));
        using var answer = await stranger.PostAsync(
            "/api/performance/runs/import",
            form,
            TestContext.Current.CancellationToken
        );
        await ApiContract.HoldAsync(answer);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    private async Task<int> CountAsync() =>
        (await gate.GetAsync("runs?limit=200")).GetProperty("runs").GetArrayLength();

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }
        return packed.ToArray();
    }
}
