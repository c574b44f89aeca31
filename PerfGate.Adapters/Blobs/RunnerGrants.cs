using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;
using PerfGate.Core.Runners;

namespace PerfGate.Adapters.Blobs;

/// <summary>
/// Makes the shared access signatures of a runner: one for each blob it needs, with no more than it needs there. A signature for
/// a whole container would open the artifacts of all runs, and accounts without a hierarchical namespace know none for a prefix.
/// </summary>
internal sealed class RunnerGrants(BlobServiceClient service, BlobContainerClient container)
{
    // The service gives keys for seven days at most.
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromDays(1);

    private UserDelegationKey? _key;

    /// <summary>By artifact, the query of its SAS.</summary>
    /// <param name="prefix">Of the run, with a slash at its end.</param>
    /// <param name="segment">Whose runner.</param>
    /// <param name="now">Now, by the service's clock.</param>
    /// <param name="until">When they end, by the same clock; less than seven days from now where the client has an Entra identity.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task<IReadOnlyDictionary<string, string>> ForAsync(
        string prefix,
        int segment,
        DateTimeOffset now,
        DateTimeOffset until,
        CancellationToken cancellation
    )
    {
        // A client with the account's key signs by itself; one with an Entra identity asks the service for a key.
        var key = container.CanGenerateSasUri ? null : await KeyAsync(now, until, cancellation);
        return PermissionsOf(segment)
            .ToDictionary(
                grant => grant.Name,
                grant => Sign(prefix + grant.Name, grant.Permissions, until, key),
                StringComparer.Ordinal
            );
    }

    private static IEnumerable<(string Name, BlobSasPermissions Permissions)> PermissionsOf(int segment) =>
        [
            (ArtifactNames.Script, BlobSasPermissions.Read),
            (ArtifactNames.Stop, BlobSasPermissions.Read),
            (ArtifactNames.Go, BlobSasPermissions.Read),
            (ArtifactNames.Ready(segment), BlobSasPermissions.Create | BlobSasPermissions.Write),
            // Read, to see whether another runner of the segment lives; no write: what is appended stays.
            (
                ArtifactNames.Series(segment),
                BlobSasPermissions.Create | BlobSasPermissions.Add | BlobSasPermissions.Read
            ),
            // Results are created once and never written over, by nobody with these grants.
            (ArtifactNames.End(segment), BlobSasPermissions.Create | BlobSasPermissions.Read),
            (ArtifactNames.Summary(segment), BlobSasPermissions.Create),
            (ArtifactNames.Log(segment), BlobSasPermissions.Create),
        ];

    private string Sign(string blob, BlobSasPermissions permissions, DateTimeOffset until, UserDelegationKey? key)
    {
        var sas = new BlobSasBuilder(permissions, until)
        {
            BlobContainerName = container.Name,
            BlobName = blob,
            Resource = "b",
            Protocol = container.Uri.Scheme == Uri.UriSchemeHttps ? SasProtocol.Https : SasProtocol.HttpsAndHttp,
        };
        return key is null
            ? container.GetBlobClient(blob).GenerateSasUri(sas).Query.TrimStart('?')
            : sas.ToSasQueryParameters(key, service.AccountName).ToString();
    }

    private async Task<UserDelegationKey> KeyAsync(
        DateTimeOffset now,
        DateTimeOffset until,
        CancellationToken cancellation
    )
    {
        // Asked for twice at once, it is fetched twice, and one of the two is kept.
        if (_key is { } known && known.SignedStartsOn <= now && known.SignedExpiresOn >= until)
        {
            return known;
        }
        // One that begins in the future opens nothing.
        var day = now + KeyLifetime;
        var key = await service.GetUserDelegationKeyAsync(
            now - SignatureLifetime.ClockSkew,
            until > day ? until : day,
            cancellation
        );
        return _key = key.Value;
    }
}
