using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;
using PerfGate.Adapters.Files;

namespace PerfGate.Adapters.Blobs;

/// <summary>Artifacts as blobs: container <c>perfgate</c>, one prefix a run.</summary>
public sealed class BlobArtifactStore(string connectionString) : IArtifactStore
{
    // Unset, the client takes the newest version, which emulators do not know yet.
    private static readonly BlobClientOptions Options = new(BlobClientOptions.ServiceVersion.V2025_05_05);

    private readonly BlobContainerClient _container = new(connectionString, "perfgate", Options);
    private volatile bool _created;

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
    public Uri LocationFor(Guid runId, DateTimeOffset until)
    {
        var sas = _container.GenerateSasUri(
            BlobContainerSasPermissions.Read
                | BlobContainerSasPermissions.Add
                | BlobContainerSasPermissions.Create
                | BlobContainerSasPermissions.Write,
            until
        );
        return new UriBuilder(sas) { Path = $"{sas.AbsolutePath}/{runId}/" }.Uri;
    }

    /// <inheritdoc />
    // A blob is there whole or not at all; the service forgets blocks that nobody committed.
    public Task TidyAsync(Guid runId, CancellationToken cancellation) => Task.CompletedTask;

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

    private BlobClient BlobOf(Guid runId, string name) =>
        _container.GetBlobClient($"{runId}/{ArtifactName.Checked(name)}");

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
