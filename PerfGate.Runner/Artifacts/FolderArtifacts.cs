namespace PerfGate.Runner.Artifacts;

/// <summary>Artifacts as files of a folder.</summary>
internal sealed class FolderArtifacts(string folder) : IRunArtifacts
{
    public async Task<byte[]?> ReadAsync(string name, CancellationToken cancellation) =>
        File.Exists(PathOf(name)) ? await File.ReadAllBytesAsync(PathOf(name), cancellation) : null;

    public Task<bool> ExistsAsync(string name, CancellationToken cancellation) =>
        Task.FromResult(File.Exists(PathOf(name)));

    public Task<long?> LengthAsync(string name, CancellationToken cancellation)
    {
        var file = new FileInfo(PathOf(name));
        return Task.FromResult(file.Exists ? file.Length : (long?)null);
    }

    public async Task<bool> CreateSeriesAsync(string name, CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(folder);
            await using var file = new FileStream(PathOf(name), FileMode.CreateNew, FileAccess.Write);
            return true;
        }
        catch (IOException) when (File.Exists(PathOf(name)))
        {
            return false;
        }
    }

    public async Task AppendAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        await using var file = new FileStream(
            PathOf(name),
            FileMode.Append,
            FileAccess.Write,
            FileShare.ReadWrite,
            bufferSize: 0
        );
        await file.WriteAsync(content, cancellation);
    }

    public async Task WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        File.Move(await WriteAsideAsync(name, content, cancellation), PathOf(name), overwrite: true);

    public async Task<bool> WriteOnceAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var aside = await WriteAsideAsync(name, content, cancellation);
        try
        {
            File.Move(aside, PathOf(name), overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(PathOf(name)))
        {
            File.Delete(aside);
            return false;
        }
    }

    /// <summary>Readers must never see half a file: it is written under another name, then renamed.</summary>
    private async Task<string> WriteAsideAsync(
        string name,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellation
    )
    {
        Directory.CreateDirectory(folder);
        var aside = PathOf(FormattableString.Invariant($".{name}.{Environment.ProcessId}"));
        await using var file = new FileStream(aside, FileMode.Create, FileAccess.Write);
        await file.WriteAsync(content, cancellation);
        file.Flush(flushToDisk: true);
        return aside;
    }

    private string PathOf(string name) => Path.Combine(folder, name);
}
