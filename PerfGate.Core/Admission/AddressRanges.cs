using System.Net;
using System.Net.Sockets;

namespace PerfGate.Core.Admission;

/// <summary>What an address is to whoever might load it.</summary>
public enum AddressKind
{
    /// <summary>Of the internet.</summary>
    Public,

    /// <summary>Of a private network (RFC 1918, 4193), a carrier's (RFC 6598) or a benchmark's (RFC 2544).</summary>
    Private,

    /// <summary>The machine itself.</summary>
    Loopback,

    /// <summary>Link-local, a cloud's metadata and host services, multicast, reserved: never a target.</summary>
    Never,
}

/// <summary>
/// Ranges of addresses that are not the internet's, by IANA's special-purpose registries, and what the clouds put where.
/// </summary>
public static class AddressRanges
{
    // The first that holds an address says what it is.
    private static readonly (IPNetwork Network, AddressKind Kind)[] Ranges =
    [
        // Metadata of AWS, Azure and Google is below the first; Azure's host, and services of AWS and Google over IPv6, have their own.
        Of("169.254.0.0/16", AddressKind.Never),
        Of("168.63.129.16/32", AddressKind.Never),
        Of("fd00:ec2::/32", AddressKind.Never),
        Of("fd20:ce::254/128", AddressKind.Never),
        // Alibaba's metadata is among carriers' addresses; Oracle's among those for protocols (RFC 6890).
        Of("100.100.100.200/32", AddressKind.Never),
        Of("192.0.0.0/24", AddressKind.Never),
        Of("fe80::/10", AddressKind.Never),
        Of("224.0.0.0/4", AddressKind.Never),
        Of("240.0.0.0/4", AddressKind.Never),
        Of("ff00::/8", AddressKind.Never),
        // Tunnels and local translations (RFC 8215) that end nobody knows where.
        Of("2001::/32", AddressKind.Never),
        Of("64:ff9b:1::/48", AddressKind.Never),
        Of("127.0.0.0/8", AddressKind.Loopback),
        // Connecting to "no address" connects to oneself.
        Of("0.0.0.0/8", AddressKind.Loopback),
        Of("::1/128", AddressKind.Loopback),
        Of("::/128", AddressKind.Loopback),
        Of("10.0.0.0/8", AddressKind.Private),
        Of("172.16.0.0/12", AddressKind.Private),
        Of("192.168.0.0/16", AddressKind.Private),
        Of("100.64.0.0/10", AddressKind.Private),
        Of("198.18.0.0/15", AddressKind.Private),
        Of("fc00::/7", AddressKind.Private),
        Of("fec0::/10", AddressKind.Private),
    ];

    // IPv6 that carries an IPv4 address, which is where it leads: prefix, and the byte at which it begins.
    private static readonly (IPNetwork Network, int At)[] Carriers =
    [
        (IPNetwork.Parse("::ffff:0:0/96"), 12),
        (IPNetwork.Parse("64:ff9b::/96"), 12),
        (IPNetwork.Parse("2002::/16"), 2),
        (IPNetwork.Parse("::/96"), 12),
    ];

    /// <summary>What an address is.</summary>
    public static AddressKind KindOf(IPAddress address)
    {
        var own = Range(address);
        return own is AddressKind.Public && Carried(address) is { } inner ? Range(inner) : own;
    }

    /// <summary>The networks of some kinds, with the IPv6 networks that carry them: CIDR.</summary>
    public static IReadOnlyList<string> Networks(Func<AddressKind, bool> which) =>
        [
            .. Ranges
                .Where(range => which(range.Kind))
                .SelectMany(range => new[] { range.Network }.Concat(CarriersOf(range.Network)))
                .Select(network => network.ToString()),
        ];

    private static AddressKind Range(IPAddress address) =>
        Ranges
            .Where(range => range.Network.Contains(address))
            .Select(range => (AddressKind?)range.Kind)
            .FirstOrDefault()
        ?? AddressKind.Public;

    private static IPAddress? Carried(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return null;
        }
        foreach (var (network, at) in Carriers)
        {
            if (network.Contains(address))
            {
                return new IPAddress(address.GetAddressBytes().AsSpan(at, 4));
            }
        }
        return null;
    }

    private static IEnumerable<IPNetwork> CarriersOf(IPNetwork network)
    {
        if (network.BaseAddress.AddressFamily != AddressFamily.InterNetwork)
        {
            yield break;
        }
        foreach (var (carrier, at) in Carriers)
        {
            var bytes = carrier.BaseAddress.GetAddressBytes();
            network.BaseAddress.GetAddressBytes().CopyTo(bytes, at);
            // Mapped addresses are IPv4's own to whoever looks.
            if (carrier.BaseAddress.IsIPv4MappedToIPv6)
            {
                continue;
            }
            yield return new IPNetwork(new IPAddress(bytes), (at * 8) + network.PrefixLength);
        }
    }

    private static (IPNetwork Network, AddressKind Kind) Of(string network, AddressKind kind) =>
        (IPNetwork.Parse(network), kind);
}
