using System.IO.Compression;
using System.Text;
using PerfGate.Core.K6Output;

namespace PerfGate.Tests.K6Output;

/// <summary>What real releases of k6 wrote.</summary>
internal static class Captures
{
    public static TheoryData<string> Releases => ["v0.49.0", "v1.3.0", "v2.2.0"];

    /// <summary>The file as it is, packed or not.</summary>
    public static byte[] Packed(string release, string file) => File.ReadAllBytes(PathOf(release, file));

    public static byte[] Read(string release, string file)
    {
        var path = PathOf(release, file);
        if (!file.EndsWith(".gz", StringComparison.Ordinal))
        {
            return File.ReadAllBytes(path);
        }
        using var packed = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        packed.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>An exported summary as it would be had no threshold failed: the captured runs crossed one on purpose.</summary>
    public static byte[] ExportWhereAllHeld(string release)
    {
        var text = Encoding.UTF8.GetString(Read(release, "summary-export.json"));
        // True says that it failed.
        var held = text.Replace("\"rate<0.01\": true", "\"rate<0.01\": false", StringComparison.Ordinal);
        Assert.NotEqual(text, held);
        return Encoding.UTF8.GetBytes(held);
    }

    /// <summary>Rows of a metric, split at commas: the captures quote nothing.</summary>
    public static List<string[]> Rows(string release, string metric) =>
        [
            .. Encoding
                .UTF8.GetString(Read(release, "points.csv.gz"))
                .Split('\n')
                .Select(line => line.Split(','))
                .Where(fields => fields[0] == metric),
        ];

    public static IReadOnlyList<SecondRecord> Condense(byte[] csv) => Condense(new CsvSampleReader(), csv);

    public static IReadOnlyList<SecondRecord> Condense(SampleReader reader, byte[] output)
    {
        var condenser = new Condenser();
        var records = new List<SecondRecord>();
        reader.Append(output);
        while (reader.TryRead(out var sample))
        {
            condenser.Add(sample);
            records.AddRange(condenser.TakeClosed());
        }
        Assert.Null(reader.Problem);
        records.AddRange(condenser.TakeAll());
        return records;
    }

    public static IReadOnlyList<SecondRecord> Condense(params string[] rows) =>
        Condense(Encoding.UTF8.GetBytes(string.Join('\n', [Header, .. rows, ""])));

    private static string PathOf(string release, string file) =>
        Path.Combine(AppContext.BaseDirectory, "Fixtures", "k6-captures", release, file);

    public const string Header =
        "metric_name,timestamp,metric_value,check,error,error_code,expected_response,group,method,name,proto,scenario,service,status,subproto,tls_version,url,extra_tags,metadata";

    /// <summary>A row of k6 for a request.</summary>
    public static string Request(
        string metric,
        long second,
        double value,
        bool expected = true,
        string name = "home",
        string error = "",
        string code = "",
        int status = 200
    ) =>
        FormattableString.Invariant(
            $"{metric},{second},{value:0.000000},,{error},{code},{(expected ? "true" : "false")},::shop,GET,{name},HTTP/1.1,browse,,{status},,,{name},,"
        );
}
