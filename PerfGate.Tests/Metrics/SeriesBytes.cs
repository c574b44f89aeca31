using PerfGate.Core.K6Output;
using PerfGate.Core.Metrics;

namespace PerfGate.Tests;

internal static class SeriesBytes
{
    /// <summary>Adds a segment's series artifact; a cut last line is ignored.</summary>
    public static void AddSeries(this RunMetricsBuilder builder, int segment, ReadOnlyMemory<byte> ndjson)
    {
        foreach (var record in SecondRecordJson.ReadLines(ndjson, out _))
        {
            builder.Add(segment, record);
        }
    }
}
