using System.Net;
using System.Net.Sockets;
using PerfGate.Core.Runners;

namespace PerfGate.Runner.Load;

/// <summary>The second look at a target, where and when its load begins: a name may lead elsewhere by now, or from here.</summary>
internal static class TargetCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>What is wrong with the target; null where nothing is. A name that leads nowhere is the load engine's to tell.</summary>
    public static async Task<string?> ProblemAsync(RunnerOrder order, TimeProvider time)
    {
        if (order is not { Targets: { } rules, Target: { } target })
        {
            return null;
        }
        if (rules.Problem(target) is { } problem)
        {
            return $"{target.GetLeftPart(UriPartial.Authority)} {problem}.";
        }
        if (target.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6)
        {
            // Judged already, and "no address" (0.0.0.0, ::) is nothing that may be looked up.
            return null;
        }
        try
        {
            using var patience = new CancellationTokenSource(Patience, time);
            var addresses = await Dns.GetHostAddressesAsync(target.IdnHost, patience.Token);
            return addresses.Select(rules.Problem).FirstOrDefault(found => found is not null) is { } found
                ? $"{target.GetLeftPart(UriPartial.Authority)} {found}."
                : null;
        }
        catch (Exception nowhere) when (nowhere is SocketException or OperationCanceledException)
        {
            // Whatever it leads to later, the engine does not connect to what is forbidden.
            return null;
        }
    }
}
