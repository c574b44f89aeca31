using System.Runtime.CompilerServices;
using Azure;
using Azure.Core;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PerfGate.Adapters.Files;

namespace PerfGate.Adapters.Blobs;

/// <summary>
/// Artifacts as blobs: container <c>perfgate</c>, one prefix a run (<c>RUN-ID/script.js</c>). Layout and rights: docs/blobs.md.
/// </summary>
public sealed partial class BlobArtifactStore : IArtifactStore
{
    /// <summary>The container.</summary>
    public const string Container = "perfgate";

    // Further apart, and what is signed for the next minutes may not be good yet, or no more.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(1);

    private readonly BlobContainerClient _container;
    private readonly RunnerGrants _grants;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private volatile bool _created;

    /// <summary>In an account that is opened with its key, or in an emulator.</summary>
    /// <param name="connectionString">Of the account.</param>
    /// <param name="log">Where it tells what it could not do; null for nowhere.</param>
    public BlobArtifactStore(string connectionString, ILogger<BlobArtifactStore>? log = null)
        : this(new BlobServiceClient(connectionString, Options()), TimeProvider.System, log) { }

    /// <summary>In an account that is opened with an Entra identity; runners get SAS by a user delegation key.</summary>
    /// <param name="service">The account's blob service: <c>https://ACCOUNT.blob.core.windows.net</c>.</param>
    /// <param name="credential">An identity with the role Storage Blob Data Contributor.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where it tells what it could not do; null for nowhere.</param>
    public BlobArtifactStore(
        Uri service,
        TokenCredential credential,
        TimeProvider time,
        ILogger<BlobArtifactStore>? log = null
    )
        : this(new BlobServiceClient(service, credential, Options()), time, log) { }

    /// <summary>In an account that a client opens.</summary>
    /// <param name="service">The client.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where it tells what it could not do; null for nowhere.</param>
    public BlobArtifactStore(BlobServiceClient service, TimeProvider time, ILogger<BlobArtifactStore>? log = null)
    {
        _log = log ?? NullLogger<BlobArtifactStore>.Instance;
        _container = service.GetBlobContainerClient(Container);
        _grants = new RunnerGrants(service, _container);
        _time = time;
    }

    /// <summary>How clients talk to the service. Unset, they would take the newest version, which emulators do not know yet.</summary>
    public static BlobClientOptions Options() =>
        new(BlobClientOptions.ServiceVersion.V2025_05_05)
        {
            // A moment's trouble. Whoever may wait longer repeats the whole step; a caller is rather told to ask again.
            Retry =
            {
                MaxRetries = 1,
                MaxDelay = TimeSpan.FromSeconds(5),
                NetworkTimeout = TimeSpan.FromSeconds(10),
            },
        };

    /// <inheritdoc />
    public async Task WriteAsync(Guid runId, string name, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        await EnsureContainerAsync(cancellation);
        await BlobOf(runId, name).UploadAsync(new BinaryData(content), overwrite: true, cancellation);
    }

    /// <inheritdoc />
    public async Task<Stream?> OpenReadAsync(Guid runId, string name, CancellationToken cancellation)
    {
        try
        {
            return await BlobOf(runId, name)
                .OpenReadAsync(new BlobOpenReadOptions(allowModifications: true), cancellation);
        }
        catch (RequestFailedException absent) when (absent.Status == 404)
        {
            return null;
        }
    }

    /// <inheritdoc />
    public async Task<RunnerAccess> AccessForAsync(
        Guid runId,
        int segment,
        DateTimeOffset until,
        CancellationToken cancellation
    )
    {
        await EnsureContainerAsync(cancellation);
        var (now, ahead) = await ServiceClockAsync(cancellation);
        var grants = await _grants.ForAsync($"{runId}/", segment, now, until + ahead, cancellation);
        return new RunnerAccess(new Uri($"{_container.Uri}/{runId}/"), grants);
    }

    /// <inheritdoc />
    /// <remarks>
    /// A blob is there whole or not at all; the service forgets blocks that nobody committed. What is appended to is sealed: from
    /// then on the service itself refuses to append.
    /// </remarks>
    /// <exception cref="RequestFailedException">The service was away or busy: what is not sealed yet is sealed by another try.</exception>
    public async Task TidyAsync(Guid runId, CancellationToken cancellation)
    {
        try
        {
            var blobs = _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"{runId}/", cancellation);
            await foreach (var blob in blobs)
            {
                if (blob.Properties is { BlobType: BlobType.Append, IsSealed: not true })
                {
                    await _container.GetAppendBlobClient(blob.Name).SealAsync(cancellationToken: cancellation);
                }
            }
        }
        catch (RequestFailedException refused)
        {
            LogNotSealed(refused, runId);
            if (BlobsAway.Explains(refused))
            {
                throw;
            }
            // Not every account and emulator can seal, and a run does not fail for it: grants still run out.
        }
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<Guid> RunsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await EnsureContainerAsync(cancellation);
        var prefixes = _container.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", null, cancellation);
        await foreach (var item in prefixes)
        {
            if (item.IsPrefix && Guid.TryParseExact(item.Prefix.TrimEnd('/'), "D", out var runId))
            {
                yield return runId;
            }
        }
    }

    /// <inheritdoc />
    public async Task<DateTimeOffset?> LastWrittenAsync(Guid runId, CancellationToken cancellation)
    {
        await EnsureContainerAsync(cancellation);
        DateTimeOffset? last = null;
        await foreach (
            var blob in _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"{runId}/", cancellation)
        )
        {
            last = blob.Properties.LastModified is { } written && !(written <= last) ? written : last;
        }
        return last;
    }

    /// <inheritdoc />
    public async Task DeleteAsync(Guid runId, CancellationToken cancellation)
    {
        await EnsureContainerAsync(cancellation);
        await foreach (
            var blob in _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"{runId}/", cancellation)
        )
        {
            await _container.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: cancellation);
        }
    }

    /// <summary>The time by the service's clock, which is the one that signatures are looked at by, and how far it is ahead of ours.</summary>
    private async Task<(DateTimeOffset Now, TimeSpan Ahead)> ServiceClockAsync(CancellationToken cancellation)
    {
        var answer = await _container.ExistsAsync(cancellation);
        var ours = _time.GetUtcNow();
        return answer.GetRawResponse().Headers.Date is { } theirs && (theirs - ours).Duration() > ClockTolerance
            ? (theirs, theirs - ours)
            : (ours, TimeSpan.Zero);
    }

    private BlobClient BlobOf(Guid runId, string name) =>
        _container.GetBlobClient($"{runId}/{ArtifactName.Checked(name)}");

    [LoggerMessage(LogLevel.Warning, "The series of run {Run} could not be sealed")]
    private partial void LogNotSealed(Exception refused, Guid run);

    private async Task EnsureContainerAsync(CancellationToken cancellation)
    {
        if (_created)
        {
            return;
        }
        // Creating it twice is harmless, so two first writers need not wait for each other.
        await _container.CreateIfNotExistsAsync(cancellationToken: cancellation);
        _created = true;
    }
}
