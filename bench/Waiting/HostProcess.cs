using System.Diagnostics;
using PerfGate.Adapters.Processes;

namespace PerfGate.Bench.Waiting;

/// <summary>A one-machine server as a process of its own, whose CPU and memory can be read.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly Process _process;

    private HostProcess(Process process, Uri address, string token) =>
        (_process, Address, Token) = (process, address, token);

    /// <summary>Its process.</summary>
    public int Id => _process.Id;

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>A token for it.</summary>
    public string Token { get; }

    /// <summary>CPU used so far, user and system, over all cores.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Resident memory, bytes.</summary>
    public long Memory
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts <c>perfgate serve</c> on a free port, with further arguments.</summary>
    public static async Task<HostProcess> StartAsync(string folder, params string[] more)
    {
        var program = SiblingProgram.Locate("perfgate");
        var address = new Uri(FormattableString.Invariant($"http://127.0.0.1:{FreePort()}"));
        var process =
            Process.Start(
                new ProcessStartInfo(
                    "dotnet",
                    [program, "serve", "--data", folder, "--urls", address.ToString(), .. more]
                )
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            ) ?? throw new InvalidOperationException("The server did not start.");
        _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        using var http = new HttpClient();
        var waited = Stopwatch.StartNew();
        while (!await IsHealthyAsync(http, address))
        {
            if (process.HasExited || waited.Elapsed > Patience)
            {
                throw new InvalidOperationException("The server did not come up.");
            }
            await Task.Delay(100);
        }
        using var token = Process.Start(
            new ProcessStartInfo("dotnet", [program, "token", "--data", folder, "--role", "Admin"])
            {
                RedirectStandardOutput = true,
            }
        )!;
        var text = await token.StandardOutput.ReadToEndAsync();
        await token.WaitForExitAsync();
        return new HostProcess(process, address, text.Trim());
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", FormattableString.Invariant($"{_process.Id}")]))
        {
            await kill.WaitForExitAsync();
        }
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<bool> IsHealthyAsync(HttpClient http, Uri address)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(address, "/health"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
