using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace PerfGate.Host.Server;

/// <summary>
/// What a connection may take of the server before anybody knows whose it is. (An import's own route raises the size of its
/// body; on Azure the Functions host stands before the worker and has limits of its own.)
/// </summary>
internal static class RequestLimits
{
    private const long Spare = 1024 * 1024;

    /// <summary>Sets them.</summary>
    /// <param name="kestrel">Of what.</param>
    /// <param name="requestBytes">Largest request document.</param>
    public static void Apply(KestrelServerOptions kestrel, int requestBytes)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        // Above the largest request, which is refused by its own limit with a problem document.
        limits.MaxRequestBodySize = Math.Max(8 * Spare, requestBytes + Spare);
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestHeadersTotalSize = 32 * 1024;
        limits.MaxRequestLineSize = 8 * 1024;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        limits.MaxConcurrentConnections = 2000;
        // Nothing here speaks a protocol that connections are upgraded to.
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.Http2.MaxStreamsPerConnection = 100;
    }
}
