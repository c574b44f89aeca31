using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Http;

/// <summary>
/// <c>Idempotency-Key</c> (draft-ietf-httpapi-idempotency-key-header): a request repeated with the same key is answered again,
/// not executed again.
/// </summary>
internal static class IdempotencyHeader
{
    /// <summary>Says that an answer is that of an earlier request.</summary>
    public const string Replayed = "Idempotent-Replayed";

    /// <summary>The key was used with another body.</summary>
    public static readonly FieldError Taken = new(
        Name,
        "was sent with another request in the last 24 hours",
        "a new key, or the same body as before"
    );

    private const string Name = "Idempotency-Key";
    private const int Longest = 255;

    private static readonly FieldError Unreadable = new(
        Name,
        "cannot be used",
        "one header of 1 to 255 visible ASCII characters"
    );

    /// <summary>Reads it; null where the request has none.</summary>
    public static Validated<IdempotencyKey>? Read(HttpContext context, ReadOnlyMemory<byte> body) =>
        Read(context, SHA256.HashData(body.Span));

    /// <summary>Reads it; null where the request has none.</summary>
    /// <param name="context">The request.</param>
    /// <param name="bodyHash">SHA-256 of what was sent.</param>
    public static Validated<IdempotencyKey>? Read(HttpContext context, byte[] bodyHash)
    {
        var header = context.Request.Headers[Name];
        if (header.Count == 0)
        {
            return null;
        }
        if (header is [{ } text] && SensitiveContent.Problem(text, Name) is { } sensitive)
        {
            // It is stored for a day.
            return Validated<IdempotencyKey>.Refused([
                sensitive with
                {
                    Allowed = "a key that says nothing, such as a UUID",
                },
            ]);
        }
        return header is [{ Length: > 0 and <= Longest } key] && key.All(character => character is > ' ' and <= '~')
            ? Validated<IdempotencyKey>.Ok(new IdempotencyKey(context.User.FindFirstValue("sub") ?? "", key, bodyHash))
            : Validated<IdempotencyKey>.Refused([Unreadable]);
    }
}
