using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using PerfGate.Tests.K6Output;

namespace PerfGate.Tests.Http;

/// <summary>However many parts an import has, only so much of it is read, kept and recorded.</summary>
public sealed class ImportBoundsTests(ImportFixture gate) : IClassFixture<ImportFixture>
{
    [Fact]
    public async Task Unknown_parts_end_the_reading_and_leave_a_short_row_in_the_audit_trail()
    {
        var parts = Enumerable.Range(0, 5_000).Select(i => ($"surprise-{i}-{new string('x', 30)}", "?"u8.ToArray()));

        var (answer, problem) = await gate.ImportAsync([.. parts]);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var fields = Fields(problem);
        Assert.InRange(fields.Count, 100, 105);
        Assert.StartsWith("surprise-0-", fields[0]);
        var detail = await LastDetailAsync();
        Assert.Equal(1000, detail.Length);
        Assert.StartsWith("422: surprise-0-", detail);
        Assert.EndsWith("…", detail);
    }

    [Fact]
    public async Task Summaries_beyond_the_most_outputs_are_refused_unread()
    {
        var summary = Captures.Read("v2.2.0", "summary-export.json");
        var parts = Enumerable.Range(0, 150).Select(_ => ("summary", summary));

        var (answer, problem) = await gate.ImportAsync([.. parts, ("summary", "no summary at all"u8.ToArray())]);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var errors = problem.GetProperty("errors").EnumerateArray().ToList();
        Assert.Equal(
            Enumerable.Range(100, 51).Select(i => $"summary[{i}] is one too many"),
            errors
                .Select(e => $"{e.GetProperty("field").GetString()} {e.GetProperty("problem").GetString()}")
                .Where(error => error.Contains("one too many"))
        );
        Assert.DoesNotContain(errors, e => e.GetProperty("problem").GetString()!.Contains("JSON"));
    }

    [Fact]
    public async Task Summaries_that_unpack_to_much_are_held_to_a_size_together()
    {
        // 15 MiB each, of which almost nothing goes over the wire.
        var text = Encoding.UTF8.GetString(Captures.Read("v2.2.0", "summary-export.json"));
        var large = Gzip(Encoding.UTF8.GetBytes(text + new string(' ', 15 * 1024 * 1024)));

        var (answer, problem) = await gate.ImportAsync([.. Enumerable.Repeat(("summary", large), 6)]);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(
            ["summary[4]", "summary[5]"],
            problem
                .GetProperty("errors")
                .EnumerateArray()
                .Where(e => e.GetProperty("problem").GetString()!.Contains("too long"))
                .Select(e => e.GetProperty("field").GetString())
        );
    }

    [Fact]
    public async Task An_exit_status_is_given_once()
    {
        var (answer, problem) = await gate.ImportAsync(("exitCode", "0"u8.ToArray()), ("exitCode", "99"u8.ToArray()));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("exitCode", Fields(problem));
    }

    private static List<string?> Fields(JsonElement problem) =>
        [.. problem.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("field").GetString())];

    private async Task<string> LastDetailAsync()
    {
        var rows = (await gate.GetAsync("audit?action=run.import")).GetProperty("rows").EnumerateArray().ToList();
        return rows[0].GetProperty("detail").GetString()!;
    }

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
