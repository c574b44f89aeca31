using System.Text.Json;
using PerfGate.Core.K6Output;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;
using PerfGate.Core.Sensitive;
using PerfGate.Runner.Artifacts;
using PerfGate.Runner.Load;
using PerfGate.Runner.Telemetry;

namespace PerfGate.Runner;

/// <summary>
/// One segment from order to end record. Safe to start again: where the end record is there, nothing happens; where load had
/// begun and its runner is gone, that is what the end record says. Load is never made twice.
/// </summary>
internal static class RunnerSession
{
    /// <summary>Exit status: an end record stands.</summary>
    public const int Reported = 0;

    /// <summary>Exit status: no end record could be written.</summary>
    public const int Unreported = 1;

    /// <summary>Carries out an order; gives the exit status.</summary>
    public static async Task<int> RunAsync(RunnerOrder order, RunnerParts parts, TimeProvider time)
    {
        try
        {
            var artifacts = RunArtifacts.Of(order, time);
            if (await artifacts.ExistsAsync(ArtifactNames.End(order.Segment), CancellationToken.None))
            {
                return Reported;
            }
            using var stopping = StopReasons.Watch(order, artifacts, time);
            RunnerEnd? end;
            try
            {
                end = await ReachEndAsync(order, parts, artifacts, stopping, time);
            }
            catch (Exception e)
            {
                await Console.Error.WriteLineAsync(SensitiveText.Strip(e.ToString()));
                end = Fault(SensitiveText.Strip($"{e.GetType().Name}: {e.Message}", 1000), time);
            }
            RunnerTrace.Tell(end);
            if (end is not null)
            {
                await artifacts.WriteOnceAsync(
                    ArtifactNames.End(order.Segment),
                    JsonSerializer.SerializeToUtf8Bytes(parts.AddTo(end), RunJson.Options),
                    CancellationToken.None
                );
            }
            return Reported;
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync(SensitiveText.Strip(e.ToString()));
            return Unreported;
        }
    }

    /// <summary>The end record; null where another runner has written it meanwhile.</summary>
    private static async Task<RunnerEnd?> ReachEndAsync(
        RunnerOrder order,
        RunnerParts parts,
        IRunArtifacts artifacts,
        StopReasons stopping,
        TimeProvider time
    )
    {
        var series = ArtifactNames.Series(order.Segment);
        var folderPrefix = RunnerOrder.FolderPrefix(order.RunId, order.Segment);
        if (await artifacts.ExistsAsync(series, CancellationToken.None))
        {
            if (await OtherRunnerHasEndedAsync(order, artifacts, time))
            {
                return null;
            }
            DeleteLeftFolders(folderPrefix);
            return Fault(
                "Load had begun before, and the runner that made it is gone; it is not made a second time.",
                time
            ) with
            {
                Cause = RunnerEndCause.Lost,
            };
        }
        // Nobody else may enter: the folder holds the script and k6's summary.
        var folder = Directory.CreateTempSubdirectory(folderPrefix).FullName;
        try
        {
            return await new SegmentLoad(order, parts, artifacts, stopping, folder, time).RunAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Waits as long as the series shows that another runner of this segment lives.</summary>
    private static async Task<bool> OtherRunnerHasEndedAsync(
        RunnerOrder order,
        IRunArtifacts artifacts,
        TimeProvider time
    )
    {
        long? length = null;
        var grown = time.GetTimestamp();
        while (time.GetElapsedTime(grown) < SeriesWriter.LongestSilence)
        {
            if (await artifacts.ExistsAsync(ArtifactNames.End(order.Segment), CancellationToken.None))
            {
                return true;
            }
            var now = await artifacts.LengthAsync(ArtifactNames.Series(order.Segment), CancellationToken.None);
            if (now != length)
            {
                (length, grown) = (now, time.GetTimestamp());
            }
            await Task.Delay(TimeSpan.FromMilliseconds(500), time);
        }
        return false;
    }

    /// <summary>A killed runner could not take its folder away.</summary>
    private static void DeleteLeftFolders(string prefix)
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), prefix + "*"))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static RunnerEnd Fault(string detail, TimeProvider time) =>
        new()
        {
            Engine = "",
            Cause = RunnerEndCause.RunnerFault,
            Detail = detail,
            EndedAt = time.GetUtcNow(),
        };
}
