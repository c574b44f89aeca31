using System.IO.Compression;
using System.Text;
using PerfGate.Core.K6Output;

namespace PerfGate.Tests.K6Output;

public class OutputReaderTests
{
    public static TheoryData<string> Releases => Captures.Releases;

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task Each_format_of_each_release_is_known_by_its_bytes_packed_or_not(string release)
    {
        var csv = Captures.Read(release, "points.csv.gz");
        var json = Captures.Read(release, "points.json.gz");
        foreach (
            var (output, format, isGzip) in new[]
            {
                (csv, OutputFormat.Csv, false),
                (Gzip(csv), OutputFormat.Csv, true),
                (json, OutputFormat.Ndjson, false),
                (Gzip(json), OutputFormat.Ndjson, true),
            }
        )
        {
            var (end, records) = await ReadAsync(output);
            Assert.Null(end.Problem);
            Assert.Null(end.Cut);
            Assert.Equal((format, isGzip), (end.Format, end.IsGzip));
            SampleReader reader = format == OutputFormat.Csv ? new CsvSampleReader() : new NdjsonSampleReader();
            var expected = Captures.Condense(reader, format == OutputFormat.Csv ? csv : json);
            Assert.Equal(SlowReader.Totals(expected).ToList(), SlowReader.Totals(records).ToList());
            Assert.Equal(reader.Lines, end.Lines);
        }
    }

    [Theory]
    [InlineData("summary-export.json")]
    [InlineData("handle-summary.json")]
    [InlineData("summary-machine.json")]
    public async Task A_summary_in_place_of_samples_is_named(string file)
    {
        var summary = Captures.Read("v2.2.0", file);
        Assert.Equal(OutputFormat.Summary, OutputFormats.Of(summary));
        var (end, _) = await ReadAsync(summary);
        Assert.Contains("summary", end.Problem?.Problem);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("hello")]
    [InlineData("{}")]
    [InlineData("{\"other\":1}")]
    [InlineData("[]")]
    [InlineData("%PDF-1.7\n\0\0\0")]
    public async Task What_is_nothing_of_k6s_is_a_problem(string text)
    {
        var (end, records) = await ReadAsync(Encoding.UTF8.GetBytes(text));
        Assert.NotNull(end.Problem);
        Assert.Null(end.Format);
        Assert.Empty(records);
    }

    [Fact]
    public async Task A_cut_gzip_stream_is_read_as_far_as_it_goes()
    {
        var packed = Gzip(Captures.Read("v1.3.0", "points.json.gz"));
        var whole = (await ReadAsync(packed)).End.Points;
        foreach (var share in new[] { 0.3, 0.9, 1 })
        {
            var (end, records) = await ReadAsync(packed[..(int)((packed.Length - 4) * share)]);
            Assert.Null(end.Problem);
            Assert.Contains("gzip", end.Cut);
            Assert.InRange(end.Points, whole * share * 0.7, whole);
            Assert.NotEmpty(records);
        }
    }

    [Fact]
    public async Task A_gzip_stream_cut_in_its_beginning_holds_nothing()
    {
        var (end, _) = await ReadAsync(Gzip(Captures.Read("v1.3.0", "points.json.gz"))[..12]);
        Assert.Contains("cut off", end.Problem?.Problem);
    }

    [Fact]
    public async Task Damage_within_gzip_is_a_problem_with_the_line_it_was_found_at()
    {
        var json = Captures.Read("v1.3.0", "points.json.gz");
        var packed = Gzip([.. json, .. json, .. json, .. json]);
        packed.AsSpan(packed.Length / 2, 64).Fill(0xff);
        var (end, _) = await ReadAsync([.. packed, .. new byte[100_000]]);
        Assert.Contains("damaged", end.Problem?.Problem);
    }

    [Fact]
    public async Task A_cut_last_line_is_left_out_and_said()
    {
        var csv = Captures.Read("v2.2.0", "points.csv.gz");
        var (end, _) = await ReadAsync(csv[..^20]);
        Assert.Null(end.Problem);
        Assert.Contains("last line", end.Cut);
    }

    private static async Task<(OutputEnd End, List<SecondRecord> Records)> ReadAsync(byte[] output)
    {
        var records = new List<SecondRecord>();
        using var stream = new MemoryStream(output);
        var end = await OutputReader.ReadAsync(
            stream,
            closed =>
            {
                records.AddRange(closed);
                return default;
            },
            TestContext.Current.CancellationToken
        );
        return (end, records);
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
