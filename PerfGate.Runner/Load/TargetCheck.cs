using System.Net;
using System.Net.Sockets;
using PerfGate.Core.Runners;

namespace PerfGate.Runner.Load;

/// <summary>What the second look at a target found.</summary>
/// <param name="Problem">What is wrong with it; null where nothing is. A name that leads nowhere is the load engine's to tell.</param>
/// <param name="Only">
/// The one address that an engine would choose, IPv4 before IPv6; null where it has a choice, or the target is no name.
/// </param>
internal sealed record TargetLook(string? Problem, IPAddress? Only);

/// <summary>The second look at a target, where and when its load begins: a name may lead elsewhere by now, or from here.</summary>
internal static class TargetCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TargetLook Fine = new(null, null);

    /// <summary>Looks at it.</summary>
    public static async Task<TargetLook> LookAsync(RunnerOrder order, TimeProvider time)
    {
        if (order is not { Targets: { } rules, Target: { } target })
        {
            return Fine;
        }
        if (rules.Problem(target) is { } problem)
        {
            return Refused(target, problem);
        }
        if (target.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6)
        {
            // Judged already, and "no address" (0.0.0.0, ::) is nothing that may be looked up.
            return Fine;
        }
        try
        {
            using var patience = new CancellationTokenSource(Patience, time);
            var addresses = await Dns.GetHostAddressesAsync(target.IdnHost, patience.Token);
            if (addresses.Select(rules.Problem).FirstOrDefault(found => found is not null) is { } found)
            {
                return Refused(target, found);
            }
            var fourth = addresses.Where(address => address.AddressFamily == AddressFamily.InterNetwork).ToList();
            var chosen = fourth.Count > 0 ? fourth : [.. addresses];
            return new TargetLook(null, chosen.Distinct().Take(2).ToList() is [var only] ? only : null);
        }
        catch (Exception nowhere) when (nowhere is SocketException or OperationCanceledException)
        {
            // Whatever it leads to later, the engine does not connect to what is forbidden.
            return Fine;
        }
    }

    private static TargetLook Refused(Uri target, string problem) =>
        new($"{target.GetLeftPart(UriPartial.Authority)} {problem}.", null);
}
