using System.Net;
using System.Text.RegularExpressions;
using PerfGate.Core.Admission;

namespace PerfGate.Core.Sensitive;

/// <summary>
/// Names and addresses of a private network, as error texts of a load engine and echoes of a target tell them: they show whoever
/// reads a report the inside of a network. The machine itself says nothing about one.
/// </summary>
/// <param name="own">Hosts that may be told: the targets of the run, which its request names anyway.</param>
internal sealed partial class InternalHosts(IEnumerable<string> own)
{
    private readonly HashSet<string> _own = new(
        own.Select(host => host.Trim('[', ']')),
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>The text with something in place of each of them.</summary>
    public string Strip(string text, string instead)
    {
        text = Name().Replace(text, name => _own.Contains(name.Value) ? name.Value : instead);
        text = IPv4().Replace(text, address => IsInternal(address.Value) ? instead : address.Value);
        return IPv6().Replace(text, address => IsInternal(address.Value) ? instead : address.Value);
    }

    private bool IsInternal(string text) =>
        !_own.Contains(text)
        && IPAddress.TryParse(text, out var address)
        && AddressRanges.KindOf(address) is AddressKind.Private or AddressKind.Never;

    // Top-level domains that nobody resolves outside (RFC 6762, 8375; ICANN's .internal), and those that companies take.
    [GeneratedRegex(
        @"(?<![\w.-])[a-z0-9](?:[a-z0-9-]{0,62}\.){1,10}(?:internal|local|localdomain|lan|corp|intranet|private|svc|home\.arpa)(?![\w-]|\.\w)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: SensitiveText.Patience
    )]
    private static partial Regex Name();

    [GeneratedRegex(
        @"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: SensitiveText.Patience
    )]
    private static partial Regex IPv4();

    [GeneratedRegex(
        @"(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}(?:[0-9a-f]{1,4}|(?<=:))(?![\w:])",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: SensitiveText.Patience
    )]
    private static partial Regex IPv6();
}
