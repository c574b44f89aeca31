using System.Diagnostics;
using System.Globalization;
using System.Text;
using Npgsql;
using PerfGate.Adapters.Postgres;
using PerfGate.Tests.Runner;

namespace PerfGate.Tests.Faults;

/// <summary>A PostgreSQL of the test's own, that can be taken away and started again at the same port.</summary>
public sealed class OwnDatabase : IAsyncDisposable
{
    private readonly string _folder;
    private readonly PrivatePostgres _first;
    private readonly string[] _command;
    private Process? _second;

    private OwnDatabase(string folder, PrivatePostgres first, string[] command) =>
        (_folder, _first, _command) = (folder, first, command);

    public string ConnectionString => _first.ConnectionString;

    private string PidFile => Path.Combine(_folder, "data", "postmaster.pid");

    public static async Task<OwnDatabase> StartAsync(int maxConnections = 200)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"perfgate-own-{Guid.NewGuid():N}");
        var first = await PrivatePostgres.StartAsync(folder, CancellationToken.None, maxConnections);
        var id = Postmaster(Path.Combine(folder, "data", "postmaster.pid"));
        var command = Encoding
            .UTF8.GetString(await File.ReadAllBytesAsync(FormattableString.Invariant($"/proc/{id}/cmdline")))
            .Split('\0', StringSplitOptions.RemoveEmptyEntries);
        if (Environment.IsPrivilegedProcess)
        {
            var (user, group) = (Account(id, "Uid:"), Account(id, "Gid:"));
            command = ["setpriv", $"--reuid={user}", $"--regid={group}", "--clear-groups", .. command];
        }
        return new OwnDatabase(folder, first, command);
    }

    /// <summary>Shuts it down: every connection breaks, and nobody listens at its port.</summary>
    public async Task TakeAwayAsync()
    {
        Processes.Signal("INT", Postmaster(PidFile));
        await RunnerUnderTest.EventuallyAsync(() => !File.Exists(PidFile), "the database is gone");
    }

    /// <summary>Ends it as <c>pg_ctl -m immediate</c> does: no checkpoint, no goodbye; the next start recovers.</summary>
    public async Task CrashAsync()
    {
        Processes.Signal("QUIT", Postmaster(PidFile));
        await RunnerUnderTest.EventuallyAsync(() => !File.Exists(PidFile), "the database is gone");
    }

    /// <summary>While it is away: when it is back, it is a standby, which only reads, until it is promoted.</summary>
    public void BecomeStandby()
    {
        var signal = Path.Combine(_folder, "data", "standby.signal");
        File.WriteAllText(signal, "");
        if (!OperatingSystem.IsWindows())
        {
            // The server's account opens it to write.
            File.SetUnixFileMode(
                signal,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite
            );
        }
    }

    /// <summary>Makes the standby the primary.</summary>
    public async Task PromoteAsync()
    {
        await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var promote = new NpgsqlCommand("SELECT pg_promote(wait => true)", connection);
        Assert.Equal(true, await promote.ExecuteScalarAsync());
    }

    /// <summary>Starts it again where it was; where asked for, in an environment of another kind.</summary>
    public async Task BringBackAsync(params (string Name, string Value)[] environment)
    {
        string[] command = [.. _command];
        if (environment.Length > 0)
        {
            // Set where it is the server's account already: what is preloaded may leave things behind that are its starter's.
            var at = Array.IndexOf(_command, "--clear-groups") + 1;
            var variables = environment.Select(variable => $"{variable.Name}={variable.Value}");
            command = [.. _command[..at], "env", .. variables, .. _command[at..]];
        }
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        _second?.Dispose();
        _second = Process.Start(start)!;
        _second.BeginOutputReadLine();
        _second.BeginErrorReadLine();
        for (var i = 0; ; i++)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException) when (i < 200)
            {
                await Task.Delay(50);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_second is { HasExited: false })
        {
            Processes.Signal("INT", Postmaster(PidFile));
            await _second.WaitForExitAsync();
        }
        _second?.Dispose();
        await _first.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static int Postmaster(string pidFile) =>
        int.Parse(File.ReadLines(pidFile).First(), CultureInfo.InvariantCulture);

    private static string Account(int id, string field) =>
        File.ReadLines(FormattableString.Invariant($"/proc/{id}/status"))
            .First(line => line.StartsWith(field, StringComparison.Ordinal))
            .Split('\t')[1];
}
