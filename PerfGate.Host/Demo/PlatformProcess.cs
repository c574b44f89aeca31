using System.Diagnostics;
using System.Net.Http.Json;

namespace PerfGate.Host.Demo;

/// <summary>The wedding platform as a process of its own, as a deployed one would be.</summary>
public sealed class PlatformProcess : IAsyncDisposable
{
    private const string Announcement = "listening on ";
    private readonly Process _process;
    private readonly HttpClient _http = new();

    private PlatformProcess(Process process, Uri address) => (_process, Address) = (process, address);

    /// <summary>Where it listens, on loopback.</summary>
    public Uri Address { get; }

    /// <summary>Starts it on a free port and waits until it listens.</summary>
    /// <exception cref="InvalidOperationException">It ended before it listened.</exception>
    /// <exception cref="FileNotFoundException">It has not been built.</exception>
    public static async Task<PlatformProcess> StartAsync(CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                PerfGate.Adapters.Processes.SiblingProgram.Locate("PerfGate.Demo"),
                "--urls",
                "http://127.0.0.1:0",
                "--parent-pid",
                Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture),
            },
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("The platform did not start.");
        try
        {
            while (await process.StandardOutput.ReadLineAsync(cancellation) is { } line)
            {
                if (line.StartsWith(Announcement, StringComparison.Ordinal))
                {
                    // Whatever it prints later must not fill the pipe.
                    _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                    return new PlatformProcess(process, new Uri(line[Announcement.Length..]));
                }
            }
            throw new InvalidOperationException("The platform ended before it listened.");
        }
        catch
        {
            Kill(process);
            throw;
        }
    }

    /// <summary>Turns its knobs.</summary>
    public async Task SetKnobsAsync(object knobs, CancellationToken cancellation)
    {
        using var answer = await _http.PutAsJsonAsync(new Uri(Address, "/knobs"), knobs, cancellation);
        answer.EnsureSuccessStatusCode();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        Kill(_process);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static void Kill(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
