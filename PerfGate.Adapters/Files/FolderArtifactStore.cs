using System.Runtime.CompilerServices;

namespace PerfGate.Adapters.Files;

/// <summary>Artifacts in a folder: one folder a run.</summary>
public sealed class FolderArtifactStore(string root) : IArtifactStore
{
    private const string Draft = ".draft";

    /// <inheritdoc />
    public async Task WriteAsync(Guid runId, string name, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var path = PathOf(runId, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // Written beside it and moved into place, so that no reader sees half of it and a full disk leaves the old one.
        var draft = $"{path}.{Guid.NewGuid():N}{Draft}";
        try
        {
            await File.WriteAllBytesAsync(draft, content, cancellation);
            File.Move(draft, path, overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    /// <inheritdoc />
    public Task<Stream?> OpenReadAsync(Guid runId, string name, CancellationToken cancellation)
    {
        try
        {
            return Task.FromResult<Stream?>(
                new FileStream(
                    PathOf(runId, name),
                    FileMode.Open,
                    FileAccess.Read,
                    FileShare.ReadWrite | FileShare.Delete,
                    64 * 1024,
                    FileOptions.Asynchronous | FileOptions.SequentialScan
                )
            );
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
    }

    /// <inheritdoc />
    public Task<RunnerAccess> AccessForAsync(
        Guid runId,
        int segment,
        DateTimeOffset until,
        CancellationToken cancellation
    )
    {
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetFullPath(root), runId.ToString())).FullName;
        // Spelled out as file:///: written as JSON, a Uri made from a bare path would stay a bare path.
        var location = new Uri(new Uri(folder + Path.DirectorySeparatorChar).AbsoluteUri);
        return Task.FromResult(new RunnerAccess(location, new Dictionary<string, string>()));
    }

    /// <inheritdoc />
    public Task TidyAsync(Guid runId, CancellationToken cancellation)
    {
        var folder = new DirectoryInfo(Path.Combine(root, runId.ToString()));
        if (folder.Exists)
        {
            // The server's drafts, and the runner's, which begin with a dot.
            foreach (var draft in folder.EnumerateFiles().Where(file => file.Name[0] == '.' || IsDraft(file.Name)))
            {
                draft.Delete();
            }
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<Guid> RunsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        // All of them first: whoever asks may delete what it is given.
        foreach (var folder in Directory.Exists(root) ? Directory.GetDirectories(root) : [])
        {
            cancellation.ThrowIfCancellationRequested();
            if (Guid.TryParseExact(Path.GetFileName(folder), "D", out var runId))
            {
                yield return runId;
            }
        }
        await Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task<DateTimeOffset?> LastWrittenAsync(Guid runId, CancellationToken cancellation)
    {
        var folder = new DirectoryInfo(Path.Combine(root, runId.ToString()));
        try
        {
            return Task.FromResult<DateTimeOffset?>(
                folder
                    .EnumerateFiles()
                    .Select(file => file.LastWriteTimeUtc)
                    .Append(folder.LastWriteTimeUtc)
                    .Max(time => new DateTimeOffset(time))
            );
        }
        catch (DirectoryNotFoundException)
        {
            return Task.FromResult<DateTimeOffset?>(null);
        }
    }

    /// <inheritdoc />
    public Task DeleteAsync(Guid runId, CancellationToken cancellation)
    {
        try
        {
            Directory.Delete(Path.Combine(root, runId.ToString()), recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Never there, or another server deletes it as well.
        }
        return Task.CompletedTask;
    }

    private static bool IsDraft(string name) => name.EndsWith(Draft, StringComparison.Ordinal);

    private string PathOf(Guid runId, string name) => Path.Combine(root, runId.ToString(), ArtifactName.Checked(name));
}
