using System.Diagnostics;
using System.Text.Json;
using PerfGate.Core.Requests;

namespace PerfGate.Host.Client;

/// <summary>
/// Where the server of a data folder listens, left there as <c>server.json</c> while it does. The file of a server that was
/// killed stays behind, and is recognised: its process is gone, or is another one by now, or does not answer.
/// </summary>
/// <param name="Address">Where it listens.</param>
/// <param name="ProcessId">Its process.</param>
/// <param name="ProcessStartedAt">When that process began, UTC: process ids are used again.</param>
public sealed record ServerAddress(Uri Address, int ProcessId, DateTimeOffset ProcessStartedAt)
{
    private const string FileName = "server.json";
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    // What the system tells of a start is rounded differently from outside and from inside.
    private static readonly TimeSpan StartTolerance = TimeSpan.FromSeconds(2);

    /// <summary>Leaves the address of this process's server in its folder.</summary>
    /// <returns>Takes the file away again.</returns>
    public static async Task<IDisposable> LeaveAsync(string dataFolder, Uri address, CancellationToken cancellation)
    {
        using var self = Process.GetCurrentProcess();
        var left = new ServerAddress(Reachable(address), self.Id, self.StartTime.ToUniversalTime());
        var path = Path.Combine(dataFolder, FileName);
        var draft = FormattableString.Invariant($"{path}.{self.Id}");
        await File.WriteAllTextAsync(draft, JsonSerializer.Serialize(left, RunJson.Options), cancellation);
        File.Move(draft, path, overwrite: true);
        return new Left(path, left);
    }

    /// <summary>The living server of a folder; null where there is none.</summary>
    public static async Task<Uri?> FindAsync(string dataFolder, CancellationToken cancellation)
    {
        if (
            await ReadAsync(Path.Combine(dataFolder, FileName), cancellation) is not { } left
            || !left.IsAlive()
            || !await AnswersAsync(left.Address, cancellation)
        )
        {
            return null;
        }
        return left.Address;
    }

    /// <summary>An address that listens everywhere is reached on loopback.</summary>
    private static Uri Reachable(Uri address) =>
        address.Host is "0.0.0.0" or "[::]" or "*" or "+"
            ? new UriBuilder(address) { Host = "127.0.0.1" }.Uri
            : address;

    private static async Task<ServerAddress?> ReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return JsonSerializer.Deserialize<ServerAddress>(
                await File.ReadAllTextAsync(path, cancellation),
                RunJson.Options
            );
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private bool IsAlive()
    {
        try
        {
            using var process = Process.GetProcessById(ProcessId);
            return (process.StartTime.ToUniversalTime() - ProcessStartedAt.UtcDateTime).Duration() <= StartTolerance;
        }
        catch (Exception gone)
            when (gone is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static async Task<bool> AnswersAsync(Uri address, CancellationToken cancellation)
    {
        using var http = new HttpClient { Timeout = AnswerTimeout };
        try
        {
            using var answer = await http.GetAsync(new Uri(address, "/health"), cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private sealed class Left(string path, ServerAddress own) : IDisposable
    {
        public void Dispose()
        {
            try
            {
                // A server that came after this one may have left its own.
                if (JsonSerializer.Deserialize<ServerAddress>(File.ReadAllText(path), RunJson.Options) == own)
                {
                    File.Delete(path);
                }
            }
            catch (Exception unreadable)
                when (unreadable is IOException or UnauthorizedAccessException or JsonException)
            {
                // It is recognised as stale.
            }
        }
    }
}
