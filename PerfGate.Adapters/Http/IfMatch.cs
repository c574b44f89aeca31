using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Http;

/// <summary>
/// Which versions a change may replace (RFC 9110, <c>If-Match</c>): whoever changes a thing says what it was when it was
/// looked at, and nobody's change is lost unseen.
/// </summary>
/// <param name="Versions">The versions; null for any (<c>If-Match: *</c>).</param>
internal sealed record IfMatch(long[]? Versions)
{
    private const string Allowed = "the ETag of an earlier answer, as it was, or *";

    /// <summary>Reads it; null where the request has none. Weak tags, and tags that no version has, match nothing.</summary>
    public static Validated<IfMatch>? Read(HttpRequest request)
    {
        var header = request.Headers.IfMatch;
        if (header.Count == 0)
        {
            return null;
        }
        if (!EntityTagHeaderValue.TryParseStrictList(header!, out var tags) || tags.Count == 0)
        {
            return Validated<IfMatch>.Refused([new FieldError("If-Match", "is no list of entity tags", Allowed)]);
        }
        return Validated<IfMatch>.Ok(
            tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any))
                ? new IfMatch((long[]?)null)
                : new IfMatch([.. tags.Where(tag => !tag.IsWeak).Select(tag => VersionOf(tag)).OfType<long>()])
        );
    }

    /// <summary>428 (RFC 6585): a change without it might undo another's.</summary>
    public static IResult Missing(string etag, HttpResponse response)
    {
        response.Headers.ETag = etag;
        return Results.Problem(
            $"Send If-Match with {Allowed}. It is {etag} now.",
            statusCode: StatusCodes.Status428PreconditionRequired,
            title: "If-Match is missing"
        );
    }

    /// <summary>412: somebody else changed it meanwhile. The answer has the present entity tag.</summary>
    public static IResult Stale(string etag, HttpResponse response)
    {
        response.Headers.ETag = etag;
        return Results.Problem(
            $"It was changed meanwhile, and nothing was changed now. Look at it again; it is {etag} now.",
            statusCode: StatusCodes.Status412PreconditionFailed,
            title: "Changed meanwhile"
        );
    }

    private static long? VersionOf(EntityTagHeaderValue tag) =>
        long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : null;
}
