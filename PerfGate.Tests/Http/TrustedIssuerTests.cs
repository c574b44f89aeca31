using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using PerfGate.Adapters.Http;
using PerfGate.Host.Server;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Http;

/// <summary>A server that believes an OpenID Connect issuer, and what it makes of tokens.</summary>
public sealed class TrustedIssuerTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Only_whole_tokens_of_the_issuer_for_this_audience_are_believed()
    {
        await using var issuer = await LoopbackIssuer.StartAsync();
        var folder = Directory.CreateTempSubdirectory("perfgate-issuer-");
        try
        {
            await using var server = await GateServer.StartAsync(
                new GateServerOptions
                {
                    DataFolder = folder.FullName,
                    Urls = "http://127.0.0.1:0",
                    PostgresConnectionString = await postgres.CreateDatabaseAsync(),
                    Issuer = new TrustedIssuer(issuer.Address, "api://perfgate"),
                },
                CancellationToken.None
            );
            using var stranger = RSA.Create(2048);
            var good = issuer.Issue("PerfGate.Viewer");
            var parts = good.Split('.');
            var unsigned = Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""") + $".{parts[1]}.";
            var asAdmin =
                $"{parts[0]}.{Base64UrlEncoder.Encode(Base64UrlEncoder.Decode(parts[1]).Replace("Viewer", "Admin", StringComparison.Ordinal))}.{parts[2]}";

            Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, good));
            Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(server, issuer.Issue("Reader")));
            foreach (
                var (why, token) in new Dictionary<string, string>
                {
                    ["of another issuer"] = issuer.Issue(
                        "PerfGate.Admin",
                        token => token.Issuer = "https://else.example/"
                    ),
                    ["for somebody else"] = issuer.Issue("PerfGate.Admin", token => token.Audience = "api://else"),
                    ["too old"] = issuer.Issue(
                        "PerfGate.Admin",
                        token => token.Expires = DateTime.UtcNow.AddMinutes(-2)
                    ),
                    ["not valid yet"] = issuer.Issue(
                        "PerfGate.Admin",
                        token => token.NotBefore = DateTime.UtcNow.AddMinutes(5)
                    ),
                    ["signed by a stranger"] = issuer.Issue(
                        "PerfGate.Admin",
                        token =>
                            token.SigningCredentials = new SigningCredentials(
                                new RsaSecurityKey(stranger) { KeyId = "one" },
                                SecurityAlgorithms.RsaSha256
                            )
                    ),
                    ["signed with the public key as a shared one"] = issuer.Issue(
                        "PerfGate.Admin",
                        token =>
                            token.SigningCredentials = new SigningCredentials(
                                new SymmetricSecurityKey(issuer.PublicKey) { KeyId = "one" },
                                SecurityAlgorithms.HmacSha256
                            )
                    ),
                    ["unsigned"] = unsigned,
                    ["changed"] = asAdmin,
                    ["of this machine"] = server.IssueToken("somebody"),
                }
            )
            {
                var status = await StatusAsync(server, token);
                Assert.True(status == HttpStatusCode.Unauthorized, $"A token that is {why} was answered {status}.");
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<HttpStatusCode> StatusAsync(GateServer server, string token)
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await http.GetAsync(
            new Uri("/api/performance/tests", UriKind.Relative),
            TestContext.Current.CancellationToken
        );
        return answer.StatusCode;
    }
}
