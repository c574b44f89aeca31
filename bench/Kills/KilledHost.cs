using System.Diagnostics;
using PerfGate.Adapters.Processes;
using PerfGate.Core.Admission;
using PerfGate.Host.Server;

namespace PerfGate.Bench.Kills;

/// <summary>
/// A one-machine server on a port that stays, which is killed and started again, with the database of its own; its artifacts in a
/// folder, or in a blob service that is killed as well.
/// </summary>
internal sealed class KilledHost(string folder, Uri address, KilledAzurite? azurite = null) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private Process? _process;

    /// <summary>Where it listens.</summary>
    public Uri Address => address;

    /// <summary>A token for it.</summary>
    public async Task<string> IssueTokenAsync()
    {
        var key = await LocalSigningKeyOfAsync();
        return key.IssueToken("bench", Role.Admin, TimeSpan.FromHours(12));
    }

    /// <summary>Starts it, and waits until it and its database answer.</summary>
    public async Task StartAsync(HttpClient http)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            azurite is null
                ? [SiblingProgram.Locate("perfgate"), "serve", "--data", folder, "--urls", address.ToString()]
                : [typeof(KilledHost).Assembly.Location, "host", folder, address.ToString(), azurite.ConnectionString]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Endless.Settings)
        {
            start.Environment[name] = value;
        }
        _process = Process.Start(start) ?? throw new InvalidOperationException("The server did not start.");
        var errors = _process.StandardError;
        _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        _ = KeepAsync(errors);
        var waited = Stopwatch.StartNew();
        while (!await IsReadyAsync(http))
        {
            if (_process.HasExited || waited.Elapsed > Patience)
            {
                throw new InvalidOperationException($"The server did not come up: {Path.Combine(folder, "host.log")}");
            }
            await Task.Delay(100);
        }
    }

    /// <summary>What there is to be killed now: the host's process, its database's, a runner's, a load engine's, the blob service's; 0 for none.</summary>
    public int Find(Victim victim)
    {
        if (victim == Victim.Azurite)
        {
            return azurite?.Id ?? 0;
        }
        if (_process is not { HasExited: false } host)
        {
            return 0;
        }
        if (victim == Victim.Host)
        {
            return host.Id;
        }
        var below = Processes.Below(host.Id);
        return victim switch
        {
            // The first of its processes; the others end with it.
            Victim.PostgreSql => below
                .Where(process => process.Value.Split('\0')[0].EndsWith("/postgres", StringComparison.Ordinal))
                .Select(process => process.Key)
                .DefaultIfEmpty()
                .Min(),
            Victim.Runner => below
                .FirstOrDefault(process => process.Value.Contains("PerfGate.Runner", StringComparison.Ordinal))
                .Key,
            _ => below
                .FirstOrDefault(process => process.Value.Contains("--summary-export", StringComparison.Ordinal))
                .Key,
        };
    }

    /// <summary>Whether it has been killed.</summary>
    public bool IsGone => _process is not { HasExited: false };

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false } host)
        {
            using (var stop = Process.Start("kill", ["-TERM", FormattableString.Invariant($"{host.Id}")]))
            {
                await stop.WaitForExitAsync();
            }
            await host.WaitForExitAsync();
        }
        _process?.Dispose();
    }

    private async Task KeepAsync(StreamReader errors)
    {
        await using var log = new FileStream(
            Path.Combine(folder, "host.log"),
            FileMode.Append,
            FileAccess.Write,
            FileShare.ReadWrite
        );
        await errors.BaseStream.CopyToAsync(log);
    }

    private Task<PerfGate.Adapters.Http.LocalSigningKey> LocalSigningKeyOfAsync() =>
        PerfGate.Adapters.Http.LocalSigningKey.LoadOrCreateAsync(folder, TimeProvider.System, CancellationToken.None);

    private async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(address, "/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception away) when (away is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }
}

/// <summary>What is killed.</summary>
internal enum Victim
{
    /// <summary>The server.</summary>
    Host,

    /// <summary>The PostgreSQL beside it.</summary>
    PostgreSql,

    /// <summary>The runner of a run.</summary>
    Runner,

    /// <summary>The load engine below it.</summary>
    Engine,

    /// <summary>The blob service of the artifacts, where they are not in a folder.</summary>
    Azurite,
}
