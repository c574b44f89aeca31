using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace PerfGate.Runner.Artifacts;

/// <summary>
/// Artifacts as blobs below a prefix, each reached with the SAS that was granted for it; without any grants with the SAS of the
/// location's query, which must allow read, add, create and write. The SDK repeats requests that failed on the way.
/// </summary>
internal sealed class BlobArtifacts(Uri location, IReadOnlyDictionary<string, string> grants) : IRunArtifacts
{
    /// <summary>Said where a SAS lets one create a blob and not write over it, and it is there.</summary>
    private const string OverwriteRefused = "UnauthorizedBlobOverwrite";

    /// <summary>Largest block an append blob takes in one request.</summary>
    private const int MaxAppendBytes = 4 * 1024 * 1024;

    // Unset, the client takes the newest version, which emulators do not know yet.
    private static readonly BlobClientOptions Options = new(BlobClientOptions.ServiceVersion.V2025_05_05);

    private long _appended;

    public async Task<byte[]?> ReadAsync(string name, CancellationToken cancellation)
    {
        try
        {
            return (
                await new BlobClient(UrlOf(name), Options).DownloadContentAsync(cancellation)
            ).Value.Content.ToArray();
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    public async Task<bool> ExistsAsync(string name, CancellationToken cancellation) =>
        await new BlobClient(UrlOf(name), Options).ExistsAsync(cancellation);

    public async Task<long?> LengthAsync(string name, CancellationToken cancellation)
    {
        try
        {
            var properties = await new BlobClient(UrlOf(name), Options).GetPropertiesAsync(
                cancellationToken: cancellation
            );
            return properties.Value.ContentLength;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    public async Task<bool> CreateSeriesAsync(string name, CancellationToken cancellation)
    {
        try
        {
            return await new AppendBlobClient(UrlOf(name), Options).CreateIfNotExistsAsync(
                cancellationToken: cancellation
            )
                is not null;
        }
        catch (RequestFailedException e) when (e.ErrorCode == OverwriteRefused)
        {
            return false;
        }
    }

    public async Task AppendAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var blob = new AppendBlobClient(UrlOf(name), Options);
        while (!content.IsEmpty)
        {
            var part = content[..Math.Min(content.Length, MaxAppendBytes)];
            await AppendPartAsync(blob, part, cancellation);
            _appended += part.Length;
            content = content[part.Length..];
        }
    }

    public async Task WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        await new BlobClient(UrlOf(name), Options).UploadAsync(
            new BinaryData(content),
            overwrite: true,
            cancellationToken: cancellation
        );

    public async Task<bool> WriteOnceAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        try
        {
            await new BlobClient(UrlOf(name), Options).UploadAsync(
                new BinaryData(content),
                new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } },
                cancellation
            );
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412 || e.ErrorCode == OverwriteRefused)
        {
            return false;
        }
    }

    private async Task AppendPartAsync(AppendBlobClient blob, ReadOnlyMemory<byte> part, CancellationToken cancellation)
    {
        try
        {
            await blob.AppendBlockAsync(
                new BinaryData(part).ToStream(),
                new AppendBlobAppendBlockOptions
                {
                    Conditions = new AppendBlobRequestConditions { IfAppendPositionEqual = _appended },
                },
                cancellation
            );
        }
        catch (RequestFailedException e) when (e.Status == 412)
        {
            // The block was taken and only the answer got lost: the position says so. Appending again would count it twice.
            var properties = await blob.GetPropertiesAsync(cancellationToken: cancellation);
            if (properties.Value.ContentLength != _appended + part.Length)
            {
                throw;
            }
        }
    }

    private Uri UrlOf(string name) =>
        new UriBuilder(location)
        {
            Path = $"{location.AbsolutePath.TrimEnd('/')}/{name}",
            Query = grants.GetValueOrDefault(name, location.Query),
        }.Uri;
}
