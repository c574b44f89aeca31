using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Azure.Storage.Blobs;

[assembly: AssemblyFixture(typeof(PerfGate.Tests.Support.AzuriteFixture))]

namespace PerfGate.Tests.Support;

/// <summary>
/// One real Azurite (blob service) for all tests, on a free loopback port, started when a test first asks for it. Installed
/// from npm below the clone's <c>.perfgate</c> where it is not there yet.
/// </summary>
public sealed class AzuriteFixture : IAsyncDisposable
{
    /// <summary>Version from npm.</summary>
    public const string Version = "3.37.0";

    private readonly SemaphoreSlim _starting = new(1);
    private readonly StringBuilder _said = new();
    private Process? _process;
    private string? _connectionString;

    /// <summary>Connection string of the running Azurite.</summary>
    public async Task<string> ConnectionStringAsync()
    {
        await _starting.WaitAsync();
        try
        {
            return _connectionString ??= await StartAsync();
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>An empty container.</summary>
    public async Task<BlobContainerClient> CreateContainerAsync()
    {
        var options = new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_05_05);
        var service = new BlobServiceClient(await ConnectionStringAsync(), options);
        return await service.CreateBlobContainerAsync($"test-{Guid.NewGuid():N}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
        _starting.Dispose();
    }

    private async Task<string> StartAsync()
    {
        var folder = Path.Combine(CloneRoot(), ".perfgate", "azurite");
        var main = Path.Combine(folder, "node_modules", "azurite", "dist", "src", "blob", "main.js");
        if (!File.Exists(main))
        {
            Directory.CreateDirectory(folder);
            await InstallAsync(folder);
        }
        var port = FreePort();
        _process = Start(
            "node",
            folder,
            [
                main,
                "--inMemoryPersistence",
                "--skipApiVersionCheck",
                "--silent",
                "--blobHost",
                "127.0.0.1",
                "--blobPort",
                FormattableString.Invariant($"{port}"),
            ]
        );
        await ListeningAsync(port);
        // Azurite's well-known account: its key is public and opens nothing else.
        return "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
            + "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
            + FormattableString.Invariant($"BlobEndpoint=http://127.0.0.1:{port}/devstoreaccount1;");
    }

    private async Task InstallAsync(string folder)
    {
        using var npm = Start(
            OperatingSystem.IsWindows() ? "npm.cmd" : "npm",
            folder,
            ["install", $"azurite@{Version}", "--prefix", folder, "--no-audit", "--no-fund"]
        );
        await npm.WaitForExitAsync();
        if (npm.ExitCode != 0)
        {
            throw new InvalidOperationException($"npm could not install azurite: {_said}");
        }
    }

    private Process Start(string program, string folder, string[] arguments)
    {
        var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        process.OutputDataReceived += (_, line) => Remember(line.Data);
        process.ErrorDataReceived += (_, line) => Remember(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private void Remember(string? line)
    {
        lock (_said)
        {
            _said.AppendLine(line);
        }
    }

    private async Task ListeningAsync(int port)
    {
        for (var i = 0; i < 300; i++)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (!_process!.HasExited)
            {
                await Task.Delay(100);
            }
        }
        throw new InvalidOperationException($"Azurite does not listen: {_said}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string CloneRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "PerfGate.sln")))
        {
            folder =
                Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("PerfGate.sln was not found.");
        }
        return folder;
    }
}
