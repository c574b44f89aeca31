using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using PerfGate.K6;
using PerfGate.K6.Metrics;
using PerfGate.K6.Output;

namespace PerfGate.Tests.K6.Output;

public sealed class CsvOutputTests : IDisposable
{
    private static readonly Metric Requests = new("http_reqs", MetricType.Counter, MetricContains.Default);
    private readonly string _folder = Directory.CreateTempSubdirectory("csv-output").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Rows_are_those_of_k6_to_the_letter()
    {
        var written = Write("unix_nano", null, new Replay().Samples);

        Assert.Equal(Replay.Lines().Select(Comparable), written.Select(Comparable));

        // k6 writes nanoseconds and other tags in any order; samples here have microseconds.
        static string Comparable(string line)
        {
            var at = line.IndexOf(',', StringComparison.Ordinal) + 1;
            var time = line[at..line.IndexOf(',', at)];
            line = time.Length == 19 ? line.Replace(time, time[..16] + "000", StringComparison.Ordinal) : line;
            string[] tags = ["kind=read & write", "flow=a=b", "size=large", "where=root"];
            var found = tags.Where(tag => line.Contains(tag, StringComparison.Ordinal)).ToList();
            return string.Join('|', found.Select(tag => tag).Append(Without(line, found)));
        }

        static string Without(string line, List<string> tags) =>
            tags.Aggregate(line, (text, tag) => text.Replace(tag, "", StringComparison.Ordinal))
                .Replace("&", "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "0.000000")]
    [InlineData(1, "1.000000")]
    [InlineData(5e-07, "0.000000")]
    [InlineData(1.0000005, "1.000001")]
    [InlineData(2.5e-07, "0.000000")]
    [InlineData(7.5e-07, "0.000001")]
    [InlineData(0.1234565, "0.123456")]
    [InlineData(0.9999995, "1.000000")]
    [InlineData(0.99999949999, "0.999999")]
    [InlineData(51.836032, "51.836032")]
    [InlineData(1.234567899999995e+08, "123456789.999999")]
    [InlineData(9.9999999999999e+07, "99999999.999999")]
    [InlineData(1e+08, "100000000.000000")]
    [InlineData(1.0000000000000002e+15, "1000000000000000.250000")]
    [InlineData(1e+21, "1000000000000000000000.000000")]
    [InlineData(-1.5, "-1.500000")]
    [InlineData(-4e-07, "-0.000000")]
    [InlineData(1.4999999e-06, "0.000001")]
    public void Values_have_six_decimals_rounded_as_k6_does(double value, string expected)
    {
        var row = Write(null, null, [new Sample(Requests, TagSet.Empty, value, 0)])[1];

        Assert.Equal(expected, row.Split(',')[2]);
    }

    [Fact]
    public void Many_values_are_written_as_exactly_as_slowly_formatted_ones()
    {
        var random = new Random(17);
        var values = Enumerable
            .Range(0, 20_000)
            .Select(at => at % 2 == 0 ? random.NextDouble() * 5000 : random.Next(9_999_999) / 2e6)
            .ToList();

        var rows = Write(null, null, [.. values.Select(value => new Sample(Requests, TagSet.Empty, value, 0))]);

        Assert.Equal(
            values.Select(value => value.ToString("F6", System.Globalization.CultureInfo.InvariantCulture)),
            rows.Skip(1).Select(row => row.Split(',')[2])
        );
    }

    [Theory]
    [InlineData(null, "1795412036")]
    [InlineData("unix", "1795412036")]
    [InlineData("UNIX_MILLI", "1795412036182")]
    [InlineData("unix_micro", "1795412036182988")]
    [InlineData("unix_nano", "1795412036182988000")]
    [InlineData("rfc3339", "2026-11-23T05:33:56Z")]
    [InlineData("rfc3339_nano", "2026-11-23T05:33:56.182988Z")]
    public void Times_have_the_format_asked_for(string? format, string expected)
    {
        var row = Write(format, null, [new Sample(Requests, TagSet.Empty, 1, 1_795_412_036_182_988)])[1];

        Assert.Equal(expected, row.Split(',')[1]);
    }

    [Fact]
    public void An_unknown_time_format_is_refused()
    {
        var refusal = Assert.Throws<ScriptException>(() => new CsvOutput(new MemoryStream(), "iso"));

        Assert.Contains("'iso'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("rfc3339", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void System_tags_that_are_on_have_columns_others_are_extra_and_vu_and_iter_are_metadata()
    {
        var tags = TagSet
            .Empty.With("status", "200")
            .With("url", "/a")
            .With("vu", "3")
            .With("iter", "0")
            .With("size", "1,5");
        HashSet<string> on = ["vu", "iter", "status", "method"];

        var rows = Write(null, on, [new Sample(Requests, tags, 1, 0)]);

        Assert.Equal("metric_name,timestamp,metric_value,method,status,extra_tags,metadata", rows[0]);
        Assert.Equal("http_reqs,0,1.000000,,200,\"size=1,5&url=/a\",iter=0&vu=3", rows[1]);
    }

    [Fact]
    public async Task A_named_pipe_gets_every_row()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "named pipes in the file system");
        var pipe = Path.Combine(_folder, "pipe");
        using (var mkfifo = Process.Start("mkfifo", pipe))
        {
            await mkfifo.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        var reading = Task.Run(() => File.ReadAllLinesAsync(pipe));
        await Task.Run(() =>
        {
            using var output = new CsvOutput(CsvOutput.Open(pipe), null);
            for (var at = 0; at < 100; at++)
            {
                output.Add(Enumerable.Repeat(new Sample(Requests, TagSet.Empty, at, 0), 1000).ToArray());
            }
            output.Flush();
        });

        var lines = await reading;

        Assert.Equal(100_001, lines.Length);
        Assert.Equal("http_reqs,0,99.000000,,,,,,,,,,,,,,,,", lines[^1]);
    }

    [Fact]
    public async Task A_reader_that_goes_away_is_told_once()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "named pipes in the file system");
        var pipe = Path.Combine(_folder, "pipe");
        using (var mkfifo = Process.Start("mkfifo", pipe))
        {
            await mkfifo.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        var reading = Task.Run(() => new FileStream(pipe, FileMode.Open, FileAccess.Read));
        using var output = await Task.Run(() => new CsvOutput(CsvOutput.Open(pipe), null));
        await (await reading).DisposeAsync();

        output.Add([new Sample(Requests, TagSet.Empty, 1, 0)]);

        Assert.Throws<IOException>(output.Flush);
        output.Flush();
    }

    [Fact]
    public void A_name_that_ends_in_gz_is_packed()
    {
        var path = Path.Combine(_folder, "points.csv.gz");
        using (var output = new CsvOutput(CsvOutput.Open(path), null))
        {
            output.Add([new Sample(Requests, TagSet.Empty, 1, 0)]);
        }

        using var unpacked = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        Assert.StartsWith("metric_name,", unpacked.ReadLine(), StringComparison.Ordinal);
        Assert.StartsWith("http_reqs,0,1.000000,", unpacked.ReadLine(), StringComparison.Ordinal);
    }

    private static string[] Write(string? format, IReadOnlySet<string>? systemTags, IReadOnlyList<Sample> samples)
    {
        var stream = new MemoryStream();
        using (var output = new CsvOutput(stream, format, systemTags))
        {
            output.Add(samples.ToArray());
        }
        return Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
