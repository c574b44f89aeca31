using System.Buffers;
using System.Globalization;

namespace PerfGate.Core.Admission;

/// <summary>One entry of a list of allowed hosts.</summary>
/// <param name="Host">Lower case, in ASCII; what follows <c>*</c> where it stands for what is below it.</param>
/// <param name="IsSuffix">Whether it stands for every name that ends so.</param>
/// <param name="Port">The one port; null for any.</param>
internal sealed record HostRule(string Host, bool IsSuffix, int? Port)
{
    private const string Below = "*.";
    private static readonly SearchValues<char> Foreign = SearchValues.Create("/\\?#@* ");
    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>The rule as text.</summary>
    public string Text
    {
        get
        {
            var host =
                IsSuffix ? "*" + Host
                : Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]"
                : Host;
            return Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"{host}:{port}") : host;
        }
    }

    /// <summary>Reads one.</summary>
    public static bool TryParse(string text, out HostRule rule)
    {
        rule = new HostRule("", false, null);
        var isSuffix = text.StartsWith(Below, StringComparison.Ordinal);
        var rest = isSuffix ? text[Below.Length..] : text;
        // A scheme makes a URL of it; what a URL has beside host and port, a rule has not.
        if (
            rest.Length == 0
            || rest.AsSpan().ContainsAny(Foreign)
            || !Uri.TryCreate($"http://{rest}", UriKind.Absolute, out var url)
            || url.Host.Length == 0
            || !IsHost(url)
        )
        {
            return false;
        }
        var host = Normal(url);
        var hasPort = rest.LastIndexOf(':') > rest.LastIndexOf(']') && rest.Contains(':', StringComparison.Ordinal);
        if (isSuffix && url.HostNameType != UriHostNameType.Dns)
        {
            return false;
        }
        rule = new HostRule(isSuffix ? "." + host : host, isSuffix, hasPort ? url.Port : null);
        return true;
    }

    /// <summary>
    /// A URL's host as it is compared: lower case, ASCII, without the root's dot or an address's brackets. IPv4 in its disguises
    /// (decimal, octal, hexadecimal, short) has become four numbers when <see cref="Uri"/> read it.
    /// </summary>
    public static string Normal(Uri url)
    {
        var host = (IsHost(url) ? url.IdnHost : url.Host).Trim('[', ']').TrimEnd('.').ToLowerInvariant();
        try
        {
            return url.HostNameType == UriHostNameType.Dns ? Idn.GetAscii(host) : host;
        }
        catch (ArgumentException)
        {
            // An underscore, say: no rule matches what it cannot be compared with, but by the same letters.
            return host;
        }
    }

    /// <summary>Whether a URL's host can be looked up at all: <see cref="Uri"/> reads Unicode that no name of a host has.</summary>
    public static bool IsHost(Uri url)
    {
        try
        {
            return url.IdnHost.Length > 0;
        }
        catch (UriFormatException)
        {
            return false;
        }
    }

    /// <summary>Whether a host of <see cref="Normal"/> is meant.</summary>
    public bool Matches(string host, int port) =>
        (Port is null || Port == port)
        && (
            IsSuffix
                ? host.EndsWith(Host, StringComparison.Ordinal) && host.Length > Host.Length
                : string.Equals(host, Host, StringComparison.Ordinal)
        );
}
