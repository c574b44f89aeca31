using System.Buffers.Text;
using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using PerfGate.Adapters.Blobs;
using PerfGate.Adapters.Files;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Artifacts;

/// <summary>
/// The same in an account that knows no shared key: the server comes with a token, runners with signatures by a user delegation key.
/// </summary>
public sealed class EntraBlobArtifactStoreTests(AzuriteFixture azurite) : BlobArtifactStoreTests(azurite)
{
    // One for all tests: connections with TLS are dear.
    private static HttpClient? _trusting;

    private readonly AzuriteFixture _azurite = azurite;

    [Fact]
    public async Task Signatures_are_by_a_user_delegation_key_and_for_https_alone()
    {
        var store = await CreateAsync();
        var until = TimeProvider.System.GetUtcNow().AddHours(9);

        var access = await store.AccessForAsync(Guid.NewGuid(), 0, until, CancellationToken.None);

        Assert.All(access.Grants.Values, grant => Assert.Contains("skoid=", grant, StringComparison.Ordinal));
        Assert.All(access.Grants.Values, grant => Assert.Contains("spr=https&", grant, StringComparison.Ordinal));
    }

    protected override BlobClientOptions ClientOptions()
    {
        var options = base.ClientOptions();
        options.Transport = new HttpClientTransport(_trusting ??= Trusting());
        return options;
    }

    protected override async Task<IArtifactStore> CreateAsync() =>
        new BlobArtifactStore(
            new BlobServiceClient(await _azurite.SecureUrlAsync(), new Believed(), ClientOptions()),
            TimeProvider.System
        );

    private HttpClient Trusting() =>
        new(
            new SocketsHttpHandler
            {
                SslOptions =
                {
                    RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                        certificate?.GetCertHashString() == _azurite.SecureCertificate,
                },
            }
        );

    /// <summary>A token with the claims of one from Entra.</summary>
    private sealed class Believed : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            var now = TimeProvider.System.GetUtcNow();
            var claims = new
            {
                aud = "https://storage.azure.com",
                iss = "https://sts.windows.net/ab1f708d-50f6-404c-a006-d71b2ac7a606/",
                iat = now.AddMinutes(-1).ToUnixTimeSeconds(),
                nbf = now.AddMinutes(-1).ToUnixTimeSeconds(),
                exp = now.AddHours(1).ToUnixTimeSeconds(),
                oid = "11059fcc-5514-4800-b5f8-49808b9cfab6",
                tid = "ab1f708d-50f6-404c-a006-d71b2ac7a606",
            };
            var token = $"{Part(new { alg = "HS256", typ = "JWT" })}.{Part(claims)}.{Part("unsigned")}";
            return new AccessToken(token, now.AddHours(1));
        }

        public override ValueTask<AccessToken> GetTokenAsync(
            TokenRequestContext requestContext,
            CancellationToken cancellationToken
        ) => new(GetToken(requestContext, cancellationToken));

        private static string Part<T>(T part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));
    }
}
