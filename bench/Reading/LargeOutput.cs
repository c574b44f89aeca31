using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace PerfGate.Bench.Reading;

/// <summary>
/// Makes output of a long run from that of a short one: its rows again and again in their order, with times that go on and
/// values of their own.
/// </summary>
internal static class LargeOutput
{
    private const long FirstSecond = 1_795_400_000;

    // 250 requests a second, at nine samples and what belongs to the iteration.
    private const int RowsPerSecond = 3000;

    /// <summary>Writes CSV of at least so many bytes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bytes">Its length.</param>
    /// <param name="ownUrls">Whether every request has a URL of its own, as where a script names none.</param>
    public static void WriteCsv(string path, long bytes, bool ownUrls) =>
        Write(
            path,
            bytes,
            "points.csv.gz",
            (line, row, random) =>
            {
                var fields = line.Split(',');
                if (fields[0] == "metric_name")
                {
                    return row == 0 ? line : null;
                }
                fields[1] = Second(row).ToString(CultureInfo.InvariantCulture);
                fields[2] = Varied(double.Parse(fields[2], CultureInfo.InvariantCulture), random)
                    .ToString("0.000000", CultureInfo.InvariantCulture);
                var text = string.Join(',', fields);
                return ownUrls ? text.Replace("/gallery", Own(row), StringComparison.Ordinal) : text;
            }
        );

    /// <summary>Writes NDJSON of at least so many bytes.</summary>
    public static void WriteNdjson(string path, long bytes, bool ownUrls) =>
        Write(
            path,
            bytes,
            "points.json.gz",
            (line, row, random) =>
            {
                if (line.StartsWith("{\"type\":\"Metric\"", StringComparison.Ordinal))
                {
                    return row < 100 ? line : null;
                }
                var time = line.IndexOf("\"time\":\"", StringComparison.Ordinal) + 8;
                var value = line.IndexOf("\"value\":", time, StringComparison.Ordinal) + 8;
                var rest = line.IndexOf(',', value);
                var nanoseconds = random
                    .Next(1_000_000_000)
                    .ToString("000000000", CultureInfo.InvariantCulture)
                    .TrimEnd('0');
                var second = DateTimeOffset
                    .FromUnixTimeSeconds(Second(row))
                    .ToString("s", CultureInfo.InvariantCulture);
                var number = double.Parse(line.AsSpan(value, rest - value), CultureInfo.InvariantCulture);
                var varied = Varied(number, random).ToString("0.######", CultureInfo.InvariantCulture);
                var text = $"{line.AsSpan(0, time)}{second}.{nanoseconds}Z\",\"value\":{varied}{line.AsSpan(rest)}";
                return ownUrls ? text.Replace("/gallery", Own(row), StringComparison.Ordinal) : text;
            }
        );

    /// <summary>Packs a file as k6 does.</summary>
    public static void Pack(string path, string packed)
    {
        using var source = File.OpenRead(path);
        using var target = new GZipStream(File.Create(packed), CompressionLevel.Optimal);
        source.CopyTo(target);
    }

    private static void Write(string path, long bytes, string capture, Func<string, long, Random, string?> change)
    {
        var lines = Capture(capture);
        var random = new Random(1);
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        using var text = new StreamWriter(file, new UTF8Encoding(false), 1 << 16) { NewLine = "\n" };
        for (var row = 0L; file.Length < bytes; row++)
        {
            if (change(lines[(int)(row % lines.Length)], row, random) is { } line)
            {
                text.WriteLine(line);
            }
        }
    }

    private static string[] Capture(string name)
    {
        using var packed = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "captures", name));
        using var text = new StreamReader(new GZipStream(packed, CompressionMode.Decompress));
        return text.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static long Second(long row) => FirstSecond + (row / RowsPerSecond);

    // Nothing that is counted is changed: only what has decimals, by up to a half.
    private static double Varied(double value, Random random) =>
        value == Math.Floor(value) ? value : value * (0.5 + random.NextDouble());

    // Nine rows and a check or two belong to a request.
    private static string Own(long row) => string.Create(CultureInfo.InvariantCulture, $"/gallery/{row / 12}");
}
