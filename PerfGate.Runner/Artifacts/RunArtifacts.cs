using PerfGate.Core.Runners;

namespace PerfGate.Runner.Artifacts;

/// <summary>Chooses where a run's artifacts are.</summary>
internal static class RunArtifacts
{
    /// <summary>The place an order names.</summary>
    /// <exception cref="NotSupportedException">Neither a folder nor an http(s) URL.</exception>
    public static IRunArtifacts Of(RunnerOrder order, TimeProvider time) =>
        order.Artifacts.IsFile ? new FolderArtifacts(order.Artifacts.LocalPath)
        : order.Artifacts.Scheme is "https" or "http"
            ? new BlobArtifacts(order.Artifacts, order.Grants, new BlobPatience(order.ArtifactPatience, time))
        : throw new NotSupportedException(
            $"Artifacts at {order.Artifacts.Scheme}: are not supported: expected file: or https:."
        );
}
