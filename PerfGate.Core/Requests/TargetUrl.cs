using System.Buffers;
using PerfGate.Core.Admission;

namespace PerfGate.Core.Requests;

/// <summary>The root of a target.</summary>
internal static class TargetUrl
{
    private const string Allowed =
        "an absolute http or https URL without user name, query or fragment, such as https://staging.example.com";

    private static readonly SearchValues<char> Foreign = SearchValues.Create(" \\\"'`<>{}|^");

    /// <summary>Reads one; null, and an error noted, where it is absent or not acceptable.</summary>
    public static Uri? Read(FieldReader fields, string name, int longest)
    {
        if (fields.Text(name, longest, Allowed, required: true) is not { } text)
        {
            return null;
        }
        var problem = Problem(text, out var url);
        if (problem is not null)
        {
            // The URL itself is not repeated: it may hold a password.
            fields.Refuse(fields.At(name), problem, Allowed);
            return null;
        }
        if (SensitiveContent.Problem(text, fields.At(name)) is { } sensitive)
        {
            fields.Refuse(sensitive.Field, sensitive.Problem, Allowed);
            return null;
        }
        return url;
    }

    private static string? Problem(string text, out Uri? url)
    {
        url = null;
        if (text.AsSpan().ContainsAny(Foreign))
        {
            return "holds a character that no URL holds";
        }
        if (!Uri.TryCreate(text, UriKind.Absolute, out url))
        {
            return "is not an absolute URL";
        }
        return url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps ? "is neither http nor https"
            : url.Host.Length == 0 || !HostRule.IsHost(url) ? "names no host"
            : url.UserInfo.Length > 0 || text.Contains('@', StringComparison.Ordinal) ? "holds a user name or password"
            : url.Query.Length > 0 || text.Contains('?', StringComparison.Ordinal) ? "holds a query"
            : url.Fragment.Length > 0 || text.Contains('#', StringComparison.Ordinal) ? "holds a fragment"
            : null;
    }
}
