using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace PerfGate.K6.Output;

/// <summary>How the CSV output writes times: k6's <c>K6_CSV_TIME_FORMAT</c>. RFC 3339 times are in UTC.</summary>
internal sealed class CsvTime
{
    private readonly string _format;

    /// <summary>Reads a format, in upper or lower case; seconds since 1970 where it is empty.</summary>
    /// <exception cref="ScriptException">k6 has no such format.</exception>
    public CsvTime(string? format)
    {
        _format = string.IsNullOrEmpty(format) ? "unix" : format.ToLowerInvariant();
        if (_format is not ("unix" or "unix_milli" or "unix_micro" or "unix_nano" or "rfc3339" or "rfc3339_nano"))
        {
            throw new ScriptException(
                $"K6_CSV_TIME_FORMAT '{format}' is none of unix, unix_milli, unix_micro, unix_nano, rfc3339, rfc3339_nano"
            );
        }
    }

    /// <summary>Writes a time; at most 40 bytes.</summary>
    /// <returns>Bytes written.</returns>
    public int Write(long unixMicroseconds, Span<byte> target)
    {
        long? number = _format switch
        {
            "unix" => unixMicroseconds / 1_000_000,
            "unix_milli" => unixMicroseconds / 1_000,
            "unix_micro" => unixMicroseconds,
            "unix_nano" => unixMicroseconds * 1_000,
            _ => null,
        };
        if (number is { } value)
        {
            Utf8Formatter.TryFormat(value, target, out var written);
            return written;
        }
        var pattern = _format == "rfc3339" ? "yyyy-MM-ddTHH:mm:ssZ" : "yyyy-MM-ddTHH:mm:ss.FFFFFFZ";
        var time = DateTime.UnixEpoch.AddMicroseconds(unixMicroseconds);
        return Encoding.UTF8.GetBytes(time.ToString(pattern, CultureInfo.InvariantCulture), target);
    }
}
