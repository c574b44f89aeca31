using System.Buffers;
using System.Buffers.Text;
using System.Text;
using PerfGate.K6.Metrics;

namespace PerfGate.K6.Output;

/// <summary>
/// k6's CSV output: its columns, its order, six decimals, seconds since 1970 (or what <c>K6_CSV_TIME_FORMAT</c> says). Each
/// tag set is rendered once.
/// </summary>
public sealed class CsvOutput : ISampleOutput, IDisposable
{
    private const int LargestRow = 512;

    private static readonly string[] TagColumns =
    [
        "check",
        "error",
        "error_code",
        "expected_response",
        "group",
        "method",
        "name",
        "proto",
        "scenario",
        "service",
        "status",
        "subproto",
        "tls_version",
        "url",
    ];

    private readonly Stream _target;
    private readonly long _perSecondDivisor;
    private readonly ArrayBufferWriter<byte> _buffer = new(1 << 20);

    /// <summary>Writes to a stream, and closes it in the end.</summary>
    /// <exception cref="ScriptException">The time format is none of k6's unix ones.</exception>
    public CsvOutput(Stream target, string? timeFormat)
    {
        _target = target;
        _perSecondDivisor = timeFormat switch
        {
            null or "" or "unix" => 1_000_000,
            "unix_milli" => 1_000,
            "unix_micro" => 1,
            _ => throw new ScriptException(
                $"K6_CSV_TIME_FORMAT '{timeFormat}' is not supported by the embedded engine; use unix, unix_milli or unix_micro"
            ),
        };
        Write($"metric_name,timestamp,metric_value,{string.Join(',', TagColumns)},extra_tags,metadata\n");
        Flush();
    }

    /// <inheritdoc />
    public void Add(ReadOnlySpan<Sample> samples)
    {
        foreach (ref readonly var sample in samples)
        {
            var tags = sample.Tags.Rendered ??= Render(sample.Tags);
            var span = _buffer.GetSpan(sample.Metric.Name.Length + tags.Length + LargestRow);
            var at = Encoding.UTF8.GetBytes(sample.Metric.Name, span);
            span[at++] = (byte)',';
            Utf8Formatter.TryFormat(sample.UnixMicroseconds / _perSecondDivisor, span[at..], out var written);
            at += written;
            span[at++] = (byte)',';
            Utf8Formatter.TryFormat(sample.Value, span[at..], out written, new StandardFormat('F', 6));
            at += written;
            tags.CopyTo(span[at..]);
            _buffer.Advance(at + tags.Length);
            if (_buffer.WrittenCount > 1 << 19)
            {
                Flush();
            }
        }
    }

    /// <inheritdoc />
    public void Flush()
    {
        if (_buffer.WrittenCount == 0)
        {
            return;
        }
        _target.Write(_buffer.WrittenSpan);
        _target.Flush();
        _buffer.ResetWrittenCount();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Flush();
        _target.Dispose();
    }

    private static byte[] Render(TagSet tags)
    {
        var row = new StringBuilder();
        foreach (var column in TagColumns)
        {
            row.Append(',').Append(Quote(tags.Find(column) ?? ""));
        }
        var extra = tags.Tags.Where(tag => !TagColumns.Contains(tag.Key)).Select(tag => $"{tag.Key}={tag.Value}");
        row.Append(',').Append(Quote(string.Join('&', extra))).Append(",\n");
        return Encoding.UTF8.GetBytes(row.ToString());
    }

    // As Go's encoding/csv: quoted where it must be.
    private static string Quote(string text) =>
        text.Length > 0 && (text.AsSpan().IndexOfAny(",\"\r\n") >= 0 || text[0] is ' ' or '\t')
            ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : text;

    private void Write(string text) => _buffer.Write(Encoding.UTF8.GetBytes(text));
}
