using PerfGate.Adapters.Http;
using PerfGate.Core.Admission;
using PerfGate.Host.Server;

namespace PerfGate.Host.Client;

/// <summary>
/// A server to speak to: one elsewhere, the one that serves the data folder, or, where none does, one started in this process
/// for as long as it is needed.
/// </summary>
public sealed class ServerConnection : IAsyncDisposable
{
    // A day of endurance, and its place in a long line.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(8);

    private readonly GateServer? _own;

    private ServerConnection(GateClient gate, GateServer? own) => (Gate, _own) = (gate, own);

    /// <summary>The API.</summary>
    public GateClient Gate { get; }

    /// <summary>Whether the server ends with this connection.</summary>
    public bool IsOwn => _own is not null;

    /// <summary>A server elsewhere.</summary>
    public static ServerConnection To(Uri server, string token) => new(new GateClient(server, token), null);

    /// <summary>The server of a data folder: the one that is there, or one of our own on a free loopback port.</summary>
    /// <exception cref="Commands.UsageException">One of our own is needed, and a setting of its environment cannot be used.</exception>
    /// <exception cref="InvalidOperationException">Another process uses the folder, or the database cannot be started.</exception>
    public static async Task<ServerConnection> OfFolderAsync(
        string dataFolder,
        string engine,
        string subject,
        CancellationToken cancellation
    )
    {
        var key = await LocalSigningKey.LoadOrCreateAsync(dataFolder, TimeProvider.System, cancellation);
        var token = key.IssueToken(subject, Role.Admin, Longest);
        if (await ServerAddress.FindAsync(dataFolder, cancellation) is { } address)
        {
            return To(address, token);
        }
        var server = await GateServer.StartAsync(
            new GateServerOptions
            {
                DataFolder = dataFolder,
                Engine = engine,
                Urls = "http://127.0.0.1:0",
                Telemetry = TelemetryChoice.OfEnvironment(),
                Admission = AdmissionChoice.OfEnvironment(),
                Retention = RetentionChoice.OfEnvironment(),
            },
            cancellation
        );
        return new ServerConnection(new GateClient(server.Address, token), server);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Gate.Dispose();
        if (_own is not null)
        {
            await _own.DisposeAsync();
        }
    }
}
