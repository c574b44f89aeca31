using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Azure.Storage.Blobs;

[assembly: AssemblyFixture(typeof(PerfGate.Tests.Support.AzuriteFixture))]

namespace PerfGate.Tests.Support;

/// <summary>
/// Real Azurites (blob service) for all tests, on free loopback ports, started when a test first asks for them. Installed
/// from npm below the clone's <c>.perfgate</c> where it is not there yet.
/// </summary>
public sealed class AzuriteFixture : IAsyncDisposable
{
    /// <summary>Version from npm.</summary>
    public const string Version = "3.37.0";

    private readonly SemaphoreSlim _starting = new(1);
    private readonly StringBuilder _said = new();
    private readonly List<Process> _processes = [];
    private string? _connectionString;
    private Uri? _secureUrl;

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

    /// <summary>
    /// Blob service of a second Azurite: over https with a certificate of its own, opened with tokens, as accounts without shared
    /// keys are. It looks at a token's claims, not at its signature.
    /// </summary>
    public async Task<Uri> SecureUrlAsync()
    {
        await _starting.WaitAsync();
        try
        {
            return _secureUrl ??= await StartSecureAsync();
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>Hash of the second one's certificate, for clients that should trust it; null until it was started.</summary>
    public string? SecureCertificate { get; private set; }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
        _starting.Dispose();
    }

    private async Task<string> StartAsync()
    {
        var port = await StartAsync([]);
        // Azurite's well-known account: its key is public and opens nothing else.
        return "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
            + "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
            + FormattableString.Invariant($"BlobEndpoint=http://127.0.0.1:{port}/devstoreaccount1;");
    }

    private async Task<Uri> StartSecureAsync()
    {
        using var key = RSA.Create(2048);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        var folder = Directory.CreateTempSubdirectory("perfgate-azurite-").FullName;
        try
        {
            var (cert, pem) = (Path.Combine(folder, "cert.pem"), Path.Combine(folder, "key.pem"));
            await File.WriteAllTextAsync(cert, certificate.ExportCertificatePem());
            await File.WriteAllTextAsync(pem, key.ExportPkcs8PrivateKeyPem());
            SecureCertificate = certificate.GetCertHashString();
            var port = await StartAsync(["--oauth", "basic", "--cert", cert, "--key", pem]);
            return new Uri(FormattableString.Invariant($"https://127.0.0.1:{port}/devstoreaccount1"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The port it listens on.</summary>
    private async Task<int> StartAsync(string[] arguments)
    {
        var folder = Path.Combine(CloneRoot(), ".perfgate", "azurite");
        var main = Path.Combine(folder, "node_modules", "azurite", "dist", "src", "blob", "main.js");
        if (!File.Exists(main))
        {
            Directory.CreateDirectory(folder);
            await InstallAsync(folder);
        }
        var port = FreePort();
        var process = Start(
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
                .. arguments,
            ]
        );
        _processes.Add(process);
        await ListeningAsync(process, port);
        return port;
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

    private async Task ListeningAsync(Process process, int port)
    {
        for (var i = 0; i < 300; i++)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (!process.HasExited)
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
