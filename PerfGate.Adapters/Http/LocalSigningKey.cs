using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using PerfGate.Core.Admission;

namespace PerfGate.Adapters.Http;

/// <summary>
/// The key that a one-machine server signs and checks its tokens with: 256 random bits in a file that only its owner may
/// read. Tokens are JWTs (HS256) with issuer and audience <c>perfgate</c>.
/// </summary>
public sealed class LocalSigningKey
{
    /// <summary>Issuer and audience of local tokens.</summary>
    public const string Issuer = "perfgate";

    private readonly SymmetricSecurityKey _key;
    private readonly TimeProvider _time;

    private LocalSigningKey(byte[] key, TimeProvider time) => (_key, _time) = (new SymmetricSecurityKey(key), time);

    /// <summary>What a token must satisfy to be believed.</summary>
    public TokenValidationParameters Validation =>
        new()
        {
            ValidIssuer = Issuer,
            ValidAudience = Issuer,
            IssuerSigningKey = _key,
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            NameClaimType = JwtRegisteredClaimNames.Sub,
            RoleClaimType = RoleNames.Claim,
            ClockSkew = TimeSpan.FromSeconds(30),
        };

    /// <summary>Reads the folder's key, or makes one where there is none.</summary>
    /// <exception cref="InvalidDataException">The file is there, but holds no key of 256 bits.</exception>
    public static async Task<LocalSigningKey> LoadOrCreateAsync(
        string folder,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "signing-key");
        if (!File.Exists(path))
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }
            await using var file = new FileStream(path, options);
            await file.WriteAsync(RandomNumberGenerator.GetBytes(32), cancellation);
        }
        var key = await File.ReadAllBytesAsync(path, cancellation);
        return key.Length == 32
            ? new LocalSigningKey(key, time)
            : throw new InvalidDataException(
                string.Create(CultureInfo.InvariantCulture, $"{path} holds {key.Length} bytes; a signing key has 32.")
            );
    }

    /// <summary>A token for somebody.</summary>
    public string IssueToken(string subject, Role role, TimeSpan lifetime)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler().CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = Issuer,
                Audience = Issuer,
                IssuedAt = now,
                NotBefore = now,
                Expires = now + lifetime,
                Subject = new ClaimsIdentity([
                    new Claim(JwtRegisteredClaimNames.Sub, subject),
                    new Claim(RoleNames.Claim, RoleNames.NameOf(role)),
                ]),
                SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.HmacSha256),
            }
        );
    }
}
