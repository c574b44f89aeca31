using System.Diagnostics;
using System.Globalization;
using PerfGate.Core.K6Output;

namespace PerfGate.Bench.Reading;

/// <summary>Reads one output, in a process of its own: its greatest memory is that of the reading.</summary>
internal static class ReadingOnce
{
    /// <summary>Prints samples and peak resident bytes.</summary>
    public static async Task<int> RunAsync(string file)
    {
        var (points, _) = await ReadAsync(file);
        var process = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{points} {process.PeakWorkingSet64}"));
        return 0;
    }

    /// <summary>Reads an output into records, which are written as they are in a series, and thrown away.</summary>
    public static async Task<(long Points, long Records)> ReadAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var records = 0L;
        var end = await OutputReader.ReadAsync(
            stream,
            closed =>
            {
                foreach (var record in closed)
                {
                    records += SecondRecordJson.Write(record).Length > 0 ? 1 : 0;
                }
                return default;
            },
            CancellationToken.None
        );
        return end.Problem is null
            ? (end.Points, records)
            : throw new InvalidDataException($"{file}, line {end.Problem.Line}: {end.Problem.Problem}");
    }
}
