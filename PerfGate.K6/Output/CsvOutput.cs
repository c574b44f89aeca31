using System.Buffers;
using System.IO.Compression;
using System.Text;
using PerfGate.K6.Metrics;
using PerfGate.K6.Options;

namespace PerfGate.K6.Output;

/// <summary>
/// k6's CSV output (<c>internal/output/csv</c>): its columns, its order, six decimals, seconds since 1970 or what
/// <c>K6_CSV_TIME_FORMAT</c> says. The tags of a set are rendered once.
/// </summary>
public sealed class CsvOutput : ISampleOutput, IDisposable
{
    private const int LargestTimeAndValue = 512;
    private const int FlushAt = 1 << 19;

    private readonly Stream _target;
    private readonly CsvTime _time;
    private readonly string[] _columns;
    private readonly ArrayBufferWriter<byte> _buffer = new(1 << 20);
    private readonly Dictionary<Metric, byte[]> _names = [];

    /// <summary>Writes to a stream, and closes it in the end.</summary>
    /// <param name="target">The stream.</param>
    /// <param name="timeFormat">k6's <c>K6_CSV_TIME_FORMAT</c>; seconds where empty.</param>
    /// <param name="systemTags">Tags with a column of their own; k6's default system tags where null.</param>
    /// <exception cref="ScriptException">The time format is none of k6's.</exception>
    public CsvOutput(Stream target, string? timeFormat, IReadOnlySet<string>? systemTags = null)
    {
        _target = target;
        _time = new CsvTime(timeFormat);
        _columns = CsvRow.TagColumns(systemTags ?? TestOptions.DefaultSystemTags);
        string[] header = ["metric_name", "timestamp", "metric_value", .. _columns, "extra_tags", "metadata"];
        _buffer.Write(Encoding.UTF8.GetBytes(string.Join(',', header) + "\n"));
        Flush();
    }

    /// <summary>
    /// Opens a target as k6 does: a file, which may be a named pipe (then this waits for its reader); packed where its name
    /// ends in <c>.gz</c>; standard output for <c>-</c> and for nothing.
    /// </summary>
    public static Stream Open(string? path)
    {
        if (string.IsNullOrEmpty(path) || path == "-")
        {
            return Console.OpenStandardOutput();
        }
        // No buffer of the stream's own, and no lock: who reads the file while it grows must be able to open it.
        var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 0);
        return path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Fastest) : file;
    }

    /// <inheritdoc />
    public void Add(ReadOnlySpan<Sample> samples)
    {
        foreach (ref readonly var sample in samples)
        {
            var tags = TagsOf(sample.Tags);
            var name = NameOf(sample.Metric);
            var span = _buffer.GetSpan(name.Length + LargestTimeAndValue + tags.Length);
            name.CopyTo(span);
            var at = name.Length;
            at += _time.Write(sample.UnixMicroseconds, span[at..]);
            span[at++] = (byte)',';
            at += CsvRow.Value(sample.Value, span[at..]);
            tags.CopyTo(span[at..]);
            _buffer.Advance(at + tags.Length);
            if (_buffer.WrittenCount > FlushAt)
            {
                Flush();
            }
        }
    }

    /// <inheritdoc />
    /// <exception cref="IOException">The reader went away, or the disk is full: nobody would see how the test goes on.</exception>
    public void Flush()
    {
        try
        {
            if (_buffer.WrittenCount > 0)
            {
                _target.Write(_buffer.WrittenSpan);
                _target.Flush();
            }
        }
        finally
        {
            // What could not be written is not tried again when all is closed.
            _buffer.ResetWrittenCount();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Flush();
        _target.Dispose();
    }

    private byte[] TagsOf(TagSet tags)
    {
        if (tags.Rendered is { } rendered && rendered.Output == this)
        {
            return rendered.Bytes;
        }
        var bytes = CsvRow.Tags(tags, _columns);
        tags.Rendered = new RenderedTags(this, bytes);
        return bytes;
    }

    private byte[] NameOf(Metric metric)
    {
        if (!_names.TryGetValue(metric, out var name))
        {
            name = Encoding.UTF8.GetBytes(metric.Name + ",");
            _names[metric] = name;
        }
        return name;
    }
}
