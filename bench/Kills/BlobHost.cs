using PerfGate.Host.Server;

namespace PerfGate.Bench.Kills;

/// <summary>A one-machine server whose artifacts are in a blob service, as a process that can be killed.</summary>
internal static class BlobHost
{
    /// <summary>Serves until it is told to stop.</summary>
    public static async Task<int> ServeAsync(string folder, string address, string blobs)
    {
        await using var server = await GateServer.StartAsync(
            new GateServerOptions
            {
                DataFolder = folder,
                Urls = address,
                BlobConnectionString = blobs,
                Admission = Endless.Rules,
            },
            CancellationToken.None
        );
        await server.WaitForShutdownAsync(CancellationToken.None);
        return 0;
    }
}
