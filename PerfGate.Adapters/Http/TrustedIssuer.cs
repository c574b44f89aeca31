using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using PerfGate.Core.Admission;

namespace PerfGate.Adapters.Http;

/// <summary>An identity provider with OpenID Connect metadata, such as Microsoft Entra, whose tokens are believed.</summary>
/// <param name="Authority">Its address; Entra's is <c>https://login.microsoftonline.com/TENANT/v2.0</c>. HTTPS, but on loopback.</param>
/// <param name="Audience">Whom tokens must be for: the application id of PerfGate there.</param>
public sealed record TrustedIssuer(Uri Authority, string Audience)
{
    /// <summary>
    /// Believes tokens that it signed for this audience and that hold; signatures with shared keys are not accepted. Who somebody
    /// is and what its roles are is read from the token alone, never from headers that a proxy adds.
    /// </summary>
    public void Believe(JwtBearerOptions bearer)
    {
        bearer.Authority = Authority.ToString();
        bearer.Audience = Audience;
        bearer.RequireHttpsMetadata = !Authority.IsLoopback;
        bearer.TokenValidationParameters.NameClaimType = JwtRegisteredClaimNames.Sub;
        bearer.TokenValidationParameters.RoleClaimType = RoleNames.Claim;
        bearer.TokenValidationParameters.ClockSkew = TimeSpan.FromSeconds(30);
        bearer.TokenValidationParameters.ValidAlgorithms =
        [
            SecurityAlgorithms.RsaSha256,
            SecurityAlgorithms.RsaSha384,
            SecurityAlgorithms.RsaSha512,
            SecurityAlgorithms.RsaSsaPssSha256,
            SecurityAlgorithms.RsaSsaPssSha384,
            SecurityAlgorithms.RsaSsaPssSha512,
            SecurityAlgorithms.EcdsaSha256,
            SecurityAlgorithms.EcdsaSha384,
            SecurityAlgorithms.EcdsaSha512,
        ];
    }
}
