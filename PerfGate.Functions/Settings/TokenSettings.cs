using Microsoft.AspNetCore.Authentication.JwtBearer;
using PerfGate.Adapters.Http;

namespace PerfGate.Functions.Settings;

/// <summary>Which tokens are believed.</summary>
public abstract record TokenSettings
{
    private TokenSettings() { }

    /// <summary>What sets up the check of tokens.</summary>
    public abstract Task<Action<JwtBearerOptions>> LoadAsync(CancellationToken cancellation);

    /// <summary>Those of an identity provider with OpenID Connect metadata, such as Microsoft Entra.</summary>
    /// <param name="Authority">Its address; Entra's is <c>https://login.microsoftonline.com/TENANT/v2.0</c>.</param>
    /// <param name="Audience">Whom the tokens must be for: the application id of PerfGate there.</param>
    public sealed record Issued(Uri Authority, string Audience) : TokenSettings
    {
        /// <inheritdoc />
        public override Task<Action<JwtBearerOptions>> LoadAsync(CancellationToken cancellation) =>
            Task.FromResult<Action<JwtBearerOptions>>(new TrustedIssuer(Authority, Audience).Believe);
    }

    /// <summary>Those of <c>perfgate token</c>, for an engineer's own machine: signed with the key in a data folder.</summary>
    /// <param name="DataFolder">The folder; its key is made where there is none.</param>
    public sealed record Local(string DataFolder) : TokenSettings
    {
        /// <inheritdoc />
        public override async Task<Action<JwtBearerOptions>> LoadAsync(CancellationToken cancellation)
        {
            var key = await LocalSigningKey.LoadOrCreateAsync(DataFolder, TimeProvider.System, cancellation);
            return bearer => bearer.TokenValidationParameters = key.Validation;
        }
    }
}
