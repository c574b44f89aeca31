using System.Globalization;
using System.Text;
using PerfGate.Core.Runners;
using PerfGate.Runner.Artifacts;

namespace PerfGate.Runner.Load;

/// <summary>Where the segments of a run wait for each other, so that their loads begin as one.</summary>
internal static class StartBarrier
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Says that this segment is ready and waits for go; true when it came, false where its time was over before. Returns false
    /// at once where there is a reason to stop.
    /// </summary>
    public static async Task<bool> PassAsync(
        RunnerOrder order,
        DateTimeOffset startBy,
        IRunArtifacts artifacts,
        StopReasons stopping,
        TimeProvider time
    )
    {
        await artifacts.WriteAsync(
            ArtifactNames.Ready(order.Segment),
            Encoding.UTF8.GetBytes(order.Attempt.ToString(CultureInfo.InvariantCulture)),
            CancellationToken.None
        );
        while (!stopping.First.IsCompleted && startBy - time.GetUtcNow() is var left && left > TimeSpan.Zero)
        {
            using var late = new CancellationTokenSource(left, time);
            if (await IsGoAsync(artifacts, late.Token))
            {
                return true;
            }
            await Task.WhenAny(Task.Delay(Interval, time), stopping.First);
        }
        return false;
    }

    private static async Task<bool> IsGoAsync(IRunArtifacts artifacts, CancellationToken late)
    {
        try
        {
            return await artifacts.ExistsAsync(ArtifactNames.Go, late);
        }
        catch (Exception unwell) when (unwell is not OutOfMemoryException)
        {
            // Artifacts out of reach for a moment: asked again, as long as there is time to begin.
            return false;
        }
    }
}
