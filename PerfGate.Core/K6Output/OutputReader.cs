namespace PerfGate.Core.K6Output;

/// <summary>How the reading of an output ended.</summary>
public sealed record OutputEnd
{
    /// <summary>What it is; null where it is nothing of k6's.</summary>
    public OutputFormat? Format { get; init; }

    /// <summary>Whether it was packed.</summary>
    public bool IsGzip { get; init; }

    /// <summary>Lines read, a CSV's header included.</summary>
    public long Lines { get; init; }

    /// <summary>Samples read.</summary>
    public long Points { get; init; }

    /// <summary>Where the output was cut off, and what was made of it, as a sentence; null where it is whole.</summary>
    public string? Cut { get; init; }

    /// <summary>Why it cannot be read; null where it could.</summary>
    public OutputProblem? Problem { get; init; }

    /// <summary>k6's type of each metric, as far as the output tells.</summary>
    public IReadOnlyDictionary<string, string> MetricTypes { get; init; } = new Dictionary<string, string>();
}

/// <summary>
/// Reads samples of k6 that were written elsewhere, CSV or NDJSON, plain or gzip, from a stream into condensed records. What it
/// is, the bytes say. Memory does not grow with the length.
/// </summary>
/// <remarks>
/// That a gzip stream was cut off is seen only where .NET's switch <c>System.IO.Compression.UseStrictValidation</c> is on, as it
/// is in all of PerfGate's programs; elsewhere only a cut last line tells.
/// </remarks>
public static class OutputReader
{
    private const int ChunkBytes = 256 * 1024;

    /// <summary>Reads to the end, or to the first problem, however long that is.</summary>
    /// <param name="stream">The output; left open.</param>
    /// <param name="take">Is given the seconds that have closed, in portions, as they close.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static Task<OutputEnd> ReadAsync(
        Stream stream,
        Func<IReadOnlyList<SecondRecord>, ValueTask> take,
        CancellationToken cancellation
    ) => ReadAsync(stream, take, long.MaxValue, cancellation);

    /// <summary>Reads to the end, or to the first problem.</summary>
    /// <param name="stream">The output; left open.</param>
    /// <param name="take">Is given the seconds that have closed, in portions, as they close.</param>
    /// <param name="mostBytes">Longest output, unpacked: a few bytes of gzip can unpack to anything.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static async Task<OutputEnd> ReadAsync(
        Stream stream,
        Func<IReadOnlyList<SecondRecord>, ValueTask> take,
        long mostBytes,
        CancellationToken cancellation
    )
    {
        await using var source = await OutputSource.OpenAsync(stream, cancellation);
        var start = new byte[OutputFormats.BytesNeeded];
        var bytes = await source.FillAsync(start, cancellation);
        var format = OutputFormats.Of(start.AsSpan(0, bytes));
        SampleReader? reader = format switch
        {
            OutputFormat.Csv => new CsvSampleReader(),
            OutputFormat.Ndjson => new NdjsonSampleReader(),
            _ => null,
        };
        if (reader is null)
        {
            return new OutputEnd
            {
                Format = format,
                IsGzip = source.IsGzip,
                Problem = NoSamples(source, bytes, format),
            };
        }
        reader.Append(start.AsSpan(0, bytes));
        var condenser = new Condenser();
        long length = bytes;
        while (reader.ReadInto(condenser) && length <= mostBytes)
        {
            await GiveAsync(condenser.TakeClosed(), take);
            bytes = await source.ReadAsync(reader.GetMemory(ChunkBytes), cancellation);
            reader.Advance(bytes);
            length += bytes;
            if (bytes == 0)
            {
                reader.Complete();
                reader.ReadInto(condenser);
                break;
            }
        }
        await GiveAsync(condenser.TakeAll(), take);
        return new OutputEnd
        {
            Format = format,
            IsGzip = source.IsGzip,
            Lines = reader.Lines,
            Points = condenser.Points,
            Cut =
                source.IsCut ? "The gzip data is cut off; what could be unpacked was read."
                : reader.HasCutLine ? "The last line is cut off and was left out."
                : null,
            Problem =
                reader.Problem
                ?? (length > mostBytes ? new OutputProblem(reader.Lines, TooLong(mostBytes)) : null)
                ?? (source.IsDamaged ? new OutputProblem(reader.Lines + 1, "its gzip data is damaged") : null),
            MetricTypes = reader.MetricTypes,
        };
    }

    private static ValueTask GiveAsync(
        IReadOnlyList<SecondRecord> records,
        Func<IReadOnlyList<SecondRecord>, ValueTask> take
    ) => records.Count > 0 ? take(records) : default;

    private static string TooLong(long mostBytes) =>
        FormattableString.Invariant($"it is longer than {mostBytes} bytes, unpacked");

    private static OutputProblem NoSamples(OutputSource source, int bytes, OutputFormat? format) =>
        source.IsDamaged ? new OutputProblem(0, "its gzip data is damaged from the beginning")
        : source.IsCut ? new OutputProblem(0, "its gzip data is cut off in the beginning")
        : bytes == 0 ? new OutputProblem(0, "it is empty")
        : format is OutputFormat.Summary ? new OutputProblem(1, "it is a summary of k6, not its samples")
        : new OutputProblem(1, "it is neither CSV nor NDJSON as k6 writes it");
}
