using System.Text;
using System.Text.Json;
using PerfGate.Core.K6Output;
using PerfGate.Core.Metrics;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;

namespace PerfGate.Bench.Fuzz;

/// <summary>What runners upload and are told. A runner stands beside its target, maybe in its hands.</summary>
internal static class RunnerTargets
{
    private static readonly DateTimeOffset Some = new(2026, 11, 23, 2, 23, 33, TimeSpan.Zero);

    private static readonly byte[] Order = JsonSerializer.SerializeToUtf8Bytes(
        new RunnerOrder
        {
            RunId = new Guid("0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"),
            Artifacts = new Uri("https://account.example/runs/prefix/?sv=2026&sig=x"),
            Grants = new Dictionary<string, string> { ["end-0.json"] = "sv=1&sig=y" },
            Deadline = Some,
            Segments = 2,
            ScriptEnvironment = new Dictionary<string, string> { ["A"] = "b" },
            EarlyStop = new() { },
            Secrets = ["KEY"],
            Target = new Uri("https://shop.example/"),
            Targets = new() { Hosts = ["shop.example"] },
        },
        RunJson.Options
    );

    private static readonly byte[] End = JsonSerializer.SerializeToUtf8Bytes(
        new RunnerEnd
        {
            Engine = "k6 v2.2.0",
            ExitCode = 99,
            Cause = RunnerEndCause.Finished,
            StartedAt = Some,
            EndedAt = Some.AddMinutes(1),
            ScriptExceptions = 3,
            FirstScriptException = "TypeError: x is not a function",
            Times = new()
            {
                Traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                Runner = new(Some, Some.AddMinutes(1)),
                CheckScript = new(Some, Some.AddSeconds(1)),
                ApplyLoad = new(Some.AddSeconds(1), Some.AddSeconds(59)),
            },
        },
        RunJson.Options
    );

    /// <summary>All of them.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        Of("runner: seconds", 8, FuzzForm.JsonLines, Corpora.Series, ReadSeries, (96 << 20, 4000)),
        Of("runner: histogram", 12, FuzzForm.Bytes, [.. Histograms()], ReadHistogram, (8 << 20, 4000)),
        Of("runner: end", 3, FuzzForm.Json, [End], ReadEnd, (8 << 20, 400)),
        Of("runner: order", 3, FuzzForm.Json, [Order], ReadOrder, (8 << 20, 400)),
    ];

    private static FuzzTarget Of(
        string name,
        int share,
        FuzzForm form,
        IReadOnlyList<byte[]> corpus,
        Action<byte[]> read,
        (long, int) most
    ) =>
        new(
            name,
            share,
            form,
            corpus,
            (input, _) =>
            {
                read(input);
                return default;
            }
        )
        {
            MostAllocated = most,
        };

    private static IEnumerable<byte[]> Histograms() =>
        Corpora
            .Series.SelectMany(series => SecondRecordJson.ReadLines(series, out _))
            .SelectMany(record => record.Requests.Select(request => request.Answered.Histogram.ToArray()))
            .Where(payload => payload.Length > 0)
            .Take(40);

    private static void ReadSeries(byte[] input)
    {
        try
        {
            var records = SecondRecordJson.ReadLines(input, out _);
            var builder = new RunMetricsBuilder();
            var progress = new LiveProgress();
            var buckets = new SeriesBuckets();
            for (var i = 0; i < records.Count; i++)
            {
                builder.Add(i % 2, records[i]);
                progress.Add(i % 2, records[i]);
                buckets.Add(i % 2, records[i]);
                JsonSerializer.SerializeToUtf8Bytes(progress.Current(), RunJson.Options);
            }
            JsonSerializer.SerializeToUtf8Bytes(buckets.Build(100), RunJson.Options);
            K6OutputTargets.Store(builder.Build([], []));
        }
        catch (FormatException damaged) when (damaged.Message.Length > 0)
        {
            // As the docs have it: the run ends with an error that says so.
        }
    }

    private static void ReadHistogram(byte[] input)
    {
        var counts = new ValueCounts();
        try
        {
            SketchPayload.AddTo(input, counts);
        }
        catch (FormatException) { }
        counts.AtRank(counts.Total / 2);
    }

    private static void ReadEnd(byte[] input)
    {
        try
        {
            var end = JsonSerializer.Deserialize<RunnerEnd>(input, RunJson.Options);
            JsonSerializer.SerializeToUtf8Bytes(end, RunJson.Options);
            var (earliest, latest) = (Some.AddMinutes(-5), Some.AddMinutes(5));
            if (end?.Times?.Between(earliest, latest) is { } times && !AreWithin(times, earliest, latest))
            {
                throw new InvalidDataException("A runner is told of at a time that cannot be true.");
            }
        }
        catch (JsonException) { }
    }

    private static bool AreWithin(RunnerTimes times, DateTimeOffset earliest, DateTimeOffset latest) =>
        new[] { times.Runner, times.CheckScript, times.ApplyLoad }
            .OfType<RunnerPeriod>()
            .All(period => earliest <= period.Begun && period.Begun <= period.Ended && period.Ended <= latest);

    private static void ReadOrder(byte[] input)
    {
        try
        {
            JsonSerializer.Deserialize<RunnerOrder>(Encoding.UTF8.GetString(input), RunJson.Options);
        }
        catch (JsonException) { }
    }
}
