using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace PerfGate.Runner.Artifacts;

/// <summary>
/// Artifacts as blobs below a prefix, each reached with the SAS that was granted for it; without any grants with the SAS of the
/// location's query, which must allow read, add, create and write. What failed on the way is repeated, and counts once.
/// </summary>
internal sealed class BlobArtifacts(Uri location, IReadOnlyDictionary<string, string> grants, BlobPatience patience)
    : IRunArtifacts
{
    // Said where a SAS lets one create a blob and not write over it, and it is there; the second also where it lets one do neither.
    private static readonly string[] OverwriteRefused =
    [
        "UnauthorizedBlobOverwrite",
        "AuthorizationPermissionMismatch",
    ];

    /// <summary>Largest block an append blob takes in one request.</summary>
    private const int MaxAppendBytes = 4 * 1024 * 1024;

    /// <summary>Metadata of a series: which runner created it.</summary>
    private const string Creator = "runner";

    private static readonly BlobClientOptions Options = new(BlobClientOptions.ServiceVersion.V2025_05_05)
    {
        // A service that hangs is asked again; one that is away for longer is waited for outside.
        Retry =
        {
            MaxRetries = 2,
            MaxDelay = TimeSpan.FromSeconds(5),
            NetworkTimeout = TimeSpan.FromSeconds(20),
        },
    };

    private readonly string _self = Guid.NewGuid().ToString("N");
    private long _appended;

    public Task<byte[]?> ReadAsync(string name, CancellationToken cancellation) =>
        WhereItIsAsync<byte[]>(
            async () => (await Blob(name).DownloadContentAsync(cancellation)).Value.Content.ToArray(),
            cancellation
        );

    public Task<bool> ExistsAsync(string name, CancellationToken cancellation) =>
        patience.AskAsync(async () => (await Blob(name).ExistsAsync(cancellation)).Value, cancellation);

    public async Task<long?> LengthAsync(string name, CancellationToken cancellation) =>
        (await PropertiesAsync(name, cancellation))?.ContentLength;

    public Task<bool> CreateSeriesAsync(string name, CancellationToken cancellation) =>
        patience.AskAsync(
            async () =>
            {
                try
                {
                    await new AppendBlobClient(UrlOf(name), Options).CreateAsync(
                        new AppendBlobCreateOptions
                        {
                            Conditions = new AppendBlobRequestConditions { IfNoneMatch = ETag.All },
                            Metadata = new Dictionary<string, string> { [Creator] = _self },
                        },
                        cancellation
                    );
                    return true;
                }
                catch (RequestFailedException e) when (MayBeThere(e))
                {
                    if (await PropertiesAsync(name, cancellation) is not { } properties)
                    {
                        throw;
                    }
                    // Another runner's, or created by this one, and only the answer got lost.
                    return properties.Metadata.TryGetValue(Creator, out var creator) && creator == _self;
                }
            },
            cancellation
        );

    public async Task AppendAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var blob = new AppendBlobClient(UrlOf(name), Options);
        while (!content.IsEmpty)
        {
            var part = content[..Math.Min(content.Length, MaxAppendBytes)];
            await patience.AskAsync(() => AppendPartAsync(blob, part, cancellation), cancellation);
            _appended += part.Length;
            content = content[part.Length..];
        }
    }

    public Task WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        patience.AskAsync(
            () => Blob(name).UploadAsync(new BinaryData(content), overwrite: true, cancellationToken: cancellation),
            cancellation
        );

    public Task<bool> WriteOnceAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        patience.AskAsync(
            async () =>
            {
                try
                {
                    await Blob(name)
                        .UploadAsync(
                            new BinaryData(content),
                            new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } },
                            cancellation
                        );
                    return true;
                }
                catch (RequestFailedException e) when (MayBeThere(e))
                {
                    if (!await IsThereAsync(name, e, cancellation))
                    {
                        throw;
                    }
                    return false;
                }
            },
            cancellation
        );

    private async Task<bool> AppendPartAsync(
        AppendBlobClient blob,
        ReadOnlyMemory<byte> part,
        CancellationToken cancellation
    )
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
        return true;
    }

    private Task<BlobProperties?> PropertiesAsync(string name, CancellationToken cancellation) =>
        WhereItIsAsync<BlobProperties>(
            async () => (await Blob(name).GetPropertiesAsync(cancellationToken: cancellation)).Value,
            cancellation
        );

    /// <summary>Null where there is no such blob.</summary>
    private Task<T?> WhereItIsAsync<T>(Func<Task<T>> read, CancellationToken cancellation)
        where T : class =>
        patience.AskAsync<T?>(
            async () =>
            {
                try
                {
                    return await read();
                }
                catch (RequestFailedException e) when (e.Status == 404)
                {
                    return null;
                }
            },
            cancellation
        );

    /// <summary>Whether a creation was refused because the blob is there.</summary>
    private async Task<bool> IsThereAsync(string name, RequestFailedException refused, CancellationToken cancellation)
    {
        if (refused.Status is 409 or 412 || refused.ErrorCode == OverwriteRefused[0])
        {
            return true;
        }
        try
        {
            return await ExistsAsync(name, cancellation);
        }
        catch (RequestFailedException unread) when (unread.Status == 403)
        {
            // It may be created and not be read: only an answer that got lost brings one here twice.
            return true;
        }
    }

    private static bool MayBeThere(RequestFailedException refused) =>
        refused.Status is 409 or 412 || OverwriteRefused.Contains(refused.ErrorCode);

    private BlobClient Blob(string name) => new(UrlOf(name), Options);

    private Uri UrlOf(string name) =>
        new UriBuilder(location)
        {
            Path = $"{location.AbsolutePath.TrimEnd('/')}/{name}",
            Query = grants.GetValueOrDefault(name, location.Query),
        }.Uri;
}
