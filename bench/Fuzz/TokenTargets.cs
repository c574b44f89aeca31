using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using PerfGate.Adapters.Http;
using PerfGate.Core.Admission;

namespace PerfGate.Bench.Fuzz;

/// <summary>Tokens: what was changed is not believed.</summary>
internal sealed class TokenTargets
{
    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly LocalSigningKey _key;

    private TokenTargets(LocalSigningKey key) => _key = key;

    /// <summary>The target, with a signing key of its own.</summary>
    /// <param name="folder">Where the key is kept.</param>
    public static async Task<FuzzTarget> MakeAsync(string folder)
    {
        var key = await LocalSigningKey.LoadOrCreateAsync(folder, TimeProvider.System, CancellationToken.None);
        var tokens = new[] { Role.Viewer, Role.Engineer, Role.Admin }
            .Select(role => key.IssueToken("fuzz", role, TimeSpan.FromDays(7)))
            .ToArray();
        return new FuzzTarget(
            "token",
            6,
            FuzzForm.Bytes,
            Corpora.Texts([.. tokens, .. tokens.Select(Unsigned)]),
            new TokenTargets(key).ReadAsync
        );
    }

    private static string Unsigned(string token) =>
        $"{Base64("""{"alg":"none","typ":"JWT"}""")}.{token.Split('.')[1]}.";

    private static string Base64(string text) =>
        System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private async ValueTask ReadAsync(byte[] input, FuzzRandom random)
    {
        var text = Encoding.UTF8.GetString(input);
        var read = await _handler.ValidateTokenAsync(text, _key.Validation);
        // Base64 has more than one way to write the same signature: who and what it says must be what was issued.
        if (read.IsValid && (read.Claims["sub"] is not "fuzz" || !_handler.CanReadToken(text)))
        {
            throw new InvalidOperationException("A token that nobody issued was believed.");
        }
    }
}
