using System.Buffers;
using System.IO.Pipelines;
using PerfGate.Core.K6Output;

namespace PerfGate.Adapters.Runs;

/// <summary>
/// Reads a series line by line, however long it is: of an endurance run it is larger than what a server should hold at once.
/// </summary>
internal static class SeriesLines
{
    /// <summary>
    /// Shows each record in turn; gives the length of the lines that were whole, bytes. The last may be cut off, as it is where the
    /// runner was killed or still writes: read on from there.
    /// </summary>
    /// <param name="series">From its beginning, or that of a line.</param>
    /// <param name="show">Takes a record, and the length of all lines up to it, its own included.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="FormatException">A whole line is not a record; the message names the line.</exception>
    public static async Task<long> ReadAsync(
        Stream series,
        Action<SecondRecord, long> show,
        CancellationToken cancellation
    )
    {
        var reader = PipeReader.Create(series, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));
        var (used, lines) = (0L, 0);
        ReadResult read;
        do
        {
            read = await reader.ReadAsync(cancellation);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                var line = rest.Slice(0, end);
                lines++;
                used += line.Length + 1;
                // An empty line is a runner's sign of life.
                if (!line.IsEmpty)
                {
                    show(Read(line, lines), used);
                }
                rest = rest.Slice(rest.GetPosition(1, end));
            }
            reader.AdvanceTo(rest.Start, rest.End);
        } while (!read.IsCompleted);
        await reader.CompleteAsync();
        return used;
    }

    private static SecondRecord Read(in ReadOnlySequence<byte> line, int number)
    {
        try
        {
            return SecondRecordJson.Read(line.ToArray());
        }
        catch (FormatException damaged)
        {
            throw new FormatException(FormattableString.Invariant($"Line {number}: {damaged.Message}"), damaged);
        }
    }
}
