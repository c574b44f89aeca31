using System.Collections.Concurrent;

namespace PerfGate.K6.Http;

/// <summary>Header names in Go's canonical spelling: <c>Content-Type</c> for <c>content-type</c>.</summary>
internal static class HeaderNames
{
    private const int MostKnown = 10_000;

    private static readonly ConcurrentDictionary<string, string> Known = new();

    public static string Canonical(string name)
    {
        if (Known.TryGetValue(name, out var canonical))
        {
            return canonical;
        }
        var upper = true;
        canonical = string.Create(
            name.Length,
            name,
            (span, source) =>
            {
                for (var i = 0; i < span.Length; i++)
                {
                    span[i] = upper ? char.ToUpperInvariant(source[i]) : char.ToLowerInvariant(source[i]);
                    upper = source[i] == '-';
                }
            }
        );
        if (Known.Count < MostKnown)
        {
            Known[name] = canonical;
        }
        return canonical;
    }

    /// <summary>All headers of a response, several values joined by comma as k6 does.</summary>
    public static List<(string Name, string Value)> Collect(HttpResponseMessage response)
    {
        var headers = new List<(string, string)>();
        foreach (var (name, values) in response.Headers.NonValidated)
        {
            headers.Add((Canonical(name), values.ToString()));
        }
        foreach (var (name, values) in response.Content.Headers.NonValidated)
        {
            headers.Add((Canonical(name), values.ToString()));
        }
        return headers;
    }
}
