using System.Text.Json;
using PerfGate.Core.K6Output;
using PerfGate.Core.Metrics;
using PerfGate.Core.Requests;
using PerfGate.Core.Sensitive;

namespace PerfGate.Bench.Fuzz;

/// <summary>What an import reads: k6's samples and summaries, as far as the metrics that are stored.</summary>
internal static class K6OutputTargets
{
    private const long MostUnpacked = 4 << 20;

    // A series has a point for each second, also for a day of seconds without a sample.
    private static readonly (long, int) MostAllocated = (96 << 20, 400);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("k6 CSV", 8, FuzzForm.Bytes, Corpora.Csv, (input, _) => ReadAsync(input)) { MostAllocated = MostAllocated },
        new("k6 NDJSON", 8, FuzzForm.JsonLines, Corpora.Ndjson, (input, _) => ReadAsync(input))
        {
            MostAllocated = MostAllocated,
        },
        new("k6 samples, gzip", 4, FuzzForm.Gzip, [.. Corpora.Csv, .. Corpora.Ndjson], (input, _) => ReadAsync(input))
        {
            // What is packed may be a thousand times as long; it is read up to a limit.
            MostAllocated = (512 << 20, 400),
        },
        new(
            "k6 summaries",
            10,
            FuzzForm.Json,
            Corpora.Summaries,
            (input, _) =>
            {
                ReadSummary(input);
                return default;
            }
        ),
        new(
            "k6 summaries, stripped",
            4,
            FuzzForm.Json,
            Corpora.Summaries,
            (input, _) =>
            {
                if (SummarySecrets.TryStrip(input, out var stripped))
                {
                    using var json = JsonDocument.Parse(stripped, new JsonDocumentOptions { MaxDepth = 512 });
                }
                return default;
            }
        ),
    ];

    private static async ValueTask ReadAsync(byte[] input)
    {
        var builder = new RunMetricsBuilder();
        var end = await OutputReader.ReadAsync(
            new MemoryStream(input),
            records =>
            {
                foreach (var record in records)
                {
                    builder.Add(0, record);
                    // What one machine writes, another reads.
                    SecondRecordJson.Read(SecondRecordJson.Write(record));
                }
                return default;
            },
            MostUnpacked,
            CancellationToken.None
        );
        if (end.Problem is null)
        {
            builder.AddTypes(end.MetricTypes);
            Store(builder.Build([], []));
        }
    }

    private static void ReadSummary(byte[] input)
    {
        if (!SummaryReader.TryRead(input, out var summary, out var problem))
        {
            ArgumentException.ThrowIfNullOrEmpty(problem);
            return;
        }
        if (SummaryMetrics.TryMake(summary, out var metrics, out _))
        {
            Store(metrics);
        }
        // Beside samples, where it has the last word.
        Store(new RunMetricsBuilder().Build([summary], []));
    }

    /// <summary>What was measured is stored as JSON, which knows no infinities.</summary>
    public static void Store(RunMetrics metrics)
    {
        var stored = JsonSerializer.SerializeToUtf8Bytes(metrics, RunJson.Options);
        JsonSerializer.Deserialize<RunMetrics>(stored, RunJson.Options);
    }
}
