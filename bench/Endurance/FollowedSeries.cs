using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace PerfGate.Bench.Endurance;

/// <summary>A series that grows: how many seconds of load it holds by now.</summary>
internal sealed partial class FollowedSeries(string path)
{
    private const int Tail = 64 * 1024;
    private long? _first;

    /// <summary>Seconds from the first to the last record; null before there is any.</summary>
    public double? Seconds()
    {
        if (!File.Exists(path))
        {
            return null;
        }
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        _first ??= Second(Read(file, 0), last: false);
        var last = Second(Read(file, Math.Max(0, file.Length - Tail)), last: true);
        return last - _first;
    }

    private static string Read(FileStream file, long from)
    {
        var bytes = new byte[Tail];
        file.Seek(from, SeekOrigin.Begin);
        return Encoding.UTF8.GetString(bytes, 0, file.ReadAtLeast(bytes, Tail, throwOnEndOfStream: false));
    }

    private static long? Second(string text, bool last) =>
        Time().Matches(text) is { Count: > 0 } times
            ? long.Parse(times[last ? ^1 : 0].Groups[1].Value, CultureInfo.InvariantCulture)
            : null;

    [GeneratedRegex("\"v\":2,\"t\":([0-9]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Time();
}
