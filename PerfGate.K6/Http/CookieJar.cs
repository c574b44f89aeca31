using System.Globalization;

namespace PerfGate.K6.Http;

/// <summary>A cookie as a server or a script set it.</summary>
public sealed record Cookie(string Name, string Value)
{
    /// <summary>Domain attribute; empty for the host alone.</summary>
    public string Domain { get; init; } = "";

    /// <summary>Path attribute; empty for the default path.</summary>
    public string Path { get; init; } = "";

    /// <summary>Whether it goes over TLS only.</summary>
    public bool Secure { get; init; }

    /// <summary>Whether scripts of a page may not see it.</summary>
    public bool HttpOnly { get; init; }

    /// <summary>Seconds to live; 0 where not given, below where it is to be deleted.</summary>
    public long MaxAge { get; init; }

    /// <summary>When it ends; null where not given.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Reads a Set-Cookie header; null where it is none.</summary>
    public static Cookie? Parse(string header)
    {
        var parts = header.Split(';');
        var equals = parts[0].IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            return null;
        }
        var cookie = new Cookie(parts[0][..equals].Trim(), parts[0][(equals + 1)..].Trim().Trim('"'));
        foreach (var part in parts.Skip(1))
        {
            var cut = part.IndexOf('=', StringComparison.Ordinal);
            var name = (cut < 0 ? part : part[..cut]).Trim().ToLowerInvariant();
            var value = cut < 0 ? "" : part[(cut + 1)..].Trim();
            cookie = name switch
            {
                "domain" => cookie with { Domain = value.TrimStart('.').ToLowerInvariant() },
                "path" => cookie with { Path = value },
                "secure" => cookie with { Secure = true },
                "httponly" => cookie with { HttpOnly = true },
                "max-age"
                    when long.TryParse(
                        value,
                        NumberStyles.AllowLeadingSign,
                        CultureInfo.InvariantCulture,
                        out var age
                    ) => cookie with
                {
                    MaxAge = age <= 0 ? -1 : age,
                },
                "expires"
                    when DateTimeOffset.TryParse(
                        value.Replace('-', ' '),
                        CultureInfo.InvariantCulture,
                        DateTimeStyles.AssumeUniversal,
                        out var until
                    ) => cookie with
                {
                    Expires = until,
                },
                _ => cookie,
            };
        }
        return cookie;
    }
}

/// <summary>Cookies as a browser keeps them (RFC 6265, without a list of public suffixes, as k6).</summary>
public sealed class CookieJar(TimeProvider time)
{
    private readonly List<(Cookie Cookie, string Host, bool HostOnly, string Path, DateTimeOffset? Until)> _cookies =
    [];

    /// <summary>Whether there is any.</summary>
    public bool IsEmpty => _cookies.Count == 0;

    /// <summary>Keeps a cookie of a response from an address.</summary>
    public void Set(Uri url, Cookie cookie)
    {
        var host = url.Host.ToLowerInvariant();
        var hostOnly = cookie.Domain.Length == 0 || cookie.Domain == host;
        if (!hostOnly && !host.EndsWith("." + cookie.Domain, StringComparison.Ordinal))
        {
            return;
        }
        var owner = hostOnly ? host : cookie.Domain;
        var path = cookie.Path.StartsWith('/') ? cookie.Path : DefaultPath(url.AbsolutePath);
        _cookies.RemoveAll(kept => kept.Cookie.Name == cookie.Name && kept.Host == owner && kept.Path == path);
        var now = time.GetUtcNow();
        var until = cookie.MaxAge != 0 ? now.AddSeconds(Math.Min(cookie.MaxAge, 1e9)) : cookie.Expires;
        if (until is null || until > now)
        {
            _cookies.Add((cookie, owner, hostOnly && cookie.Domain.Length == 0, path, until));
        }
    }

    /// <summary>Cookies for a request, the longest paths first.</summary>
    public IEnumerable<Cookie> For(Uri url)
    {
        if (_cookies.Count == 0)
        {
            return [];
        }
        var now = time.GetUtcNow();
        _cookies.RemoveAll(kept => kept.Until <= now);
        return _cookies
            .Where(kept => IsFor(kept, url))
            .OrderByDescending(kept => kept.Path.Length)
            .Select(kept => kept.Cookie)
            .ToList();
    }

    /// <summary>Forgets what would go to an address, by name or altogether.</summary>
    public void Remove(Uri url, string? name) =>
        _cookies.RemoveAll(kept => IsFor(kept, url) && (name is null || kept.Cookie.Name == name));

    private static bool IsFor(
        (Cookie Cookie, string Host, bool HostOnly, string Path, DateTimeOffset? Until) kept,
        Uri url
    )
    {
        var host = url.Host.ToLowerInvariant();
        var path = url.AbsolutePath;
        return (host == kept.Host || (!kept.HostOnly && host.EndsWith("." + kept.Host, StringComparison.Ordinal)))
            && (!kept.Cookie.Secure || url.Scheme == Uri.UriSchemeHttps)
            && path.StartsWith(kept.Path, StringComparison.Ordinal)
            && (path.Length == kept.Path.Length || kept.Path.EndsWith('/') || path[kept.Path.Length] == '/');
    }

    private static string DefaultPath(string path)
    {
        var cut = path.LastIndexOf('/');
        return cut <= 0 ? "/" : path[..cut];
    }
}
