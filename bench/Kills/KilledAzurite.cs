using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace PerfGate.Bench.Kills;

/// <summary>
/// An Azurite on a port and in a folder that stay, which is killed and started again: a blob service that goes away and comes back
/// with what it had. Installed from npm below the clone's <c>.perfgate</c> where it is not there yet, as for the tests.
/// </summary>
internal sealed class KilledAzurite : IAsyncDisposable
{
    private const string Version = "3.37.0";

    private readonly string _main;
    private readonly string _folder;
    private readonly int _port;
    private Process _process;

    private KilledAzurite(string main, string folder, int port) =>
        (_main, _folder, _port, _process) = (main, folder, port, Start(main, folder, port));

    /// <summary>How to reach it. The account is Azurite's well-known one: its key is public and opens nothing else.</summary>
    public string ConnectionString =>
        "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
        + "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
        + FormattableString.Invariant($"BlobEndpoint=http://127.0.0.1:{_port}/devstoreaccount1;");

    /// <summary>Its process; 0 while it is gone.</summary>
    public int Id => _process.HasExited ? 0 : _process.Id;

    /// <summary>Starts it, and waits until it listens.</summary>
    public static async Task<KilledAzurite> StartAsync(string folder, int port)
    {
        var home = Path.Combine(CloneRoot(), ".perfgate", "azurite");
        var main = Path.Combine(home, "node_modules", "azurite", "dist", "src", "blob", "main.js");
        if (!File.Exists(main))
        {
            Directory.CreateDirectory(home);
            using var npm = Process.Start(
                "npm",
                ["install", $"azurite@{Version}", "--prefix", home, "--no-audit", "--no-fund"]
            );
            await npm.WaitForExitAsync();
        }
        var azurite = new KilledAzurite(main, Directory.CreateDirectory(folder).FullName, port);
        await azurite.ListeningAsync();
        return azurite;
    }

    /// <summary>Starts it again where it was.</summary>
    public async Task ComeBackAsync()
    {
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = Start(_main, _folder, _port);
        await ListeningAsync();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static Process Start(string main, string folder, int port)
    {
        var process = Process.Start(
            new ProcessStartInfo(
                "node",
                [
                    main,
                    "--location",
                    folder,
                    "--skipApiVersionCheck",
                    "--silent",
                    "--blobHost",
                    "127.0.0.1",
                    "--blobPort",
                    FormattableString.Invariant($"{port}"),
                ]
            )
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
        return process;
    }

    private async Task ListeningAsync()
    {
        for (var i = 0; i < 600; i++)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, _port);
                return;
            }
            catch (SocketException) when (!_process.HasExited)
            {
                await Task.Delay(100);
            }
        }
        throw new InvalidOperationException("Azurite does not listen.");
    }

    private static string CloneRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "PerfGate.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("There is no clone around.");
        }
        return folder;
    }
}
