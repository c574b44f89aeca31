namespace PerfGate.Runner.Artifacts;

/// <summary>Chooses where a run's artifacts are.</summary>
internal static class RunArtifacts
{
    /// <summary>The place an order names.</summary>
    /// <exception cref="NotSupportedException">Neither a folder nor an http(s) URL.</exception>
    public static IRunArtifacts At(Uri location) =>
        location.IsFile ? new FolderArtifacts(location.LocalPath)
        : location.Scheme is "https" or "http" ? new BlobArtifacts(location)
        : throw new NotSupportedException(
            $"Artifacts at {location.Scheme}: are not supported: expected file: or https:."
        );
}
