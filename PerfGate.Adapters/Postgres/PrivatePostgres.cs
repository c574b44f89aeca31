using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;

namespace PerfGate.Adapters.Postgres;

/// <summary>
/// A PostgreSQL of PerfGate's own: in one folder, on a free loopback port, behind a random password. It ends with this
/// object, and with this process however that ends. Its data stay.
/// </summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private const string User = "perfgate";
    private const string Database = "perfgate";
    private const int StartAttempts = 3;
    private const int LogLines = 4;
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    // Ends the server when the one who started it is gone: nothing else would after a kill -9 of that. Its standard input is a pipe
    // that PerfGate alone holds open and never writes to, so its end is PerfGate's. In a session of its own, so that a Ctrl+C
    // meant for PerfGate does not take the database away while PerfGate still tidies up.
    // A server that is killed (137) is started again, on the same port, and again while what it left keeps it from starting.
    private const string Keeper = """
        log=$1; shift
        exec 3<&0
        keeper=$$ server= ended= killed= failures=0
        trap 'ended=1; [ -z "$server" ] || kill -INT $server 2>/dev/null' TERM INT HUP
        ( trap - TERM INT HUP; read -r _ <&3; kill -TERM $keeper 2>/dev/null ) &
        watcher=$!
        while [ -z "$ended" ]; do
          "$@" >>"$log" 2>&1 </dev/null 3<&- &
          server=$! began=$(date +%s) status=0
          [ -z "$ended" ] || kill -INT $server 2>/dev/null
          while kill -0 $server 2>/dev/null; do wait $server; status=$?; done
          if [ $status -eq 137 ]; then
            killed=1 failures=0
          elif [ -n "$killed" ] && [ $(($(date +%s) - began)) -lt 2 ] && [ $failures -lt 60 ]; then
            failures=$((failures + 1))
          else
            break
          fi
          [ -n "$ended" ] || sleep 1
        done
        kill $watcher 2>/dev/null
        """;

    private readonly Process _keeper;
    private readonly FileStream _claim;

    private PrivatePostgres(Process keeper, FileStream claim, string connectionString) =>
        (_keeper, _claim, ConnectionString) = (keeper, claim, connectionString);

    /// <summary>How to reach it.</summary>
    public string ConnectionString { get; }

    /// <summary>Starts it; the first time in a folder, makes its cluster.</summary>
    /// <exception cref="InvalidOperationException">
    /// Another PerfGate uses the folder, there is no PostgreSQL to be had, or it does not start; the message says which.
    /// </exception>
    /// <param name="folder">Where its cluster is kept.</param>
    /// <param name="cancellation">Stops the start.</param>
    /// <param name="maxConnections">PostgreSQL's <c>max_connections</c>; default 200, enough for one host.</param>
    public static async Task<PrivatePostgres> StartAsync(
        string folder,
        CancellationToken cancellation,
        int maxConnections = 200
    )
    {
        var account = await PostgresAccount.ChooseAsync(cancellation);
        var home = await account.ReachableAsync(Path.GetFullPath(folder), cancellation);
        var claim = Claim(home);
        try
        {
            var binaries = await PostgresBinaries.LocateAsync(home, cancellation);
            var data = Path.Combine(home, "data");
            var password = await InitializeAsync(account, binaries, home, data, cancellation);
            await PredecessorGoneAsync(data, cancellation);
            for (var attempt = 1; ; attempt++)
            {
                var port = FreePort();
                var keeper = Launch(account, binaries, data, port, maxConnections);
                try
                {
                    var connectionString = await ConnectAsync(keeper, data, password, port, cancellation);
                    return new PrivatePostgres(keeper, claim, connectionString);
                }
                catch (InvalidOperationException) when (keeper.HasExited && attempt < StartAttempts)
                {
                    // Somebody may have taken the port between the look and the start.
                    await StopAsync(keeper);
                }
                catch
                {
                    await StopAsync(keeper);
                    throw;
                }
            }
        }
        catch
        {
            await claim.DisposeAsync();
            throw;
        }
    }

    /// <summary>How to reach the one that another PerfGate has started in a folder; null where none has.</summary>
    public static async Task<string?> FindRunningAsync(string folder, CancellationToken cancellation)
    {
        var account = await PostgresAccount.ChooseAsync(cancellation);
        var home = await account.ReachableAsync(Path.GetFullPath(folder), cancellation);
        try
        {
            await Claim(home).DisposeAsync();
            return null;
        }
        catch (InvalidOperationException)
        {
            // Its fourth line is the port; it is there from early on.
            var file = Path.Combine(home, "data", "postmaster.pid");
            var lines = File.Exists(file) ? await File.ReadAllLinesAsync(file, cancellation) : [];
            return lines.Length > 3 && int.TryParse(lines[3], CultureInfo.InvariantCulture, out var port)
                ? Settings(await File.ReadAllTextAsync(Path.Combine(home, "password"), cancellation), port, Database)
                : null;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await StopAsync(_keeper);
        await _claim.DisposeAsync();
    }

    private static FileStream Claim(string home)
    {
        try
        {
            return new FileStream(Path.Combine(home, "claim"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        }
        catch (IOException taken)
        {
            throw new InvalidOperationException(
                $"Another PerfGate uses {home}. End it, or choose another folder with --data.",
                taken
            );
        }
    }

    private static async Task<string> InitializeAsync(
        PostgresAccount account,
        string binaries,
        string home,
        string data,
        CancellationToken cancellation
    )
    {
        var passwordFile = Path.Combine(home, "password");
        if (File.Exists(Path.Combine(data, "PG_VERSION")) && File.Exists(passwordFile))
        {
            return await File.ReadAllTextAsync(passwordFile, cancellation);
        }
        // A first start that was cut off left half a cluster, which nobody has used.
        if (Directory.Exists(data))
        {
            Directory.Delete(data, recursive: true);
        }
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        await WritePrivatelyAsync(passwordFile, password, cancellation);
        Directory.CreateDirectory(data);
        var handed = Path.Combine(data, "..", "password.initdb");
        await WritePrivatelyAsync(handed, password, cancellation);
        try
        {
            await account.OwnAsync(data, cancellation);
            await account.OwnAsync(handed, cancellation);
            var (status, said) = await ProgramOutput.RunAsync(
                account.Start(
                    Path.Combine(binaries, "initdb"),
                    "-D",
                    data,
                    "-U",
                    User,
                    "-A",
                    "scram-sha-256",
                    $"--pwfile={handed}",
                    "-E",
                    "UTF8",
                    "--no-locale",
                    "--no-sync"
                ),
                cancellation
            );
            if (status != 0)
            {
                Directory.Delete(data, recursive: true);
                throw new InvalidOperationException($"initdb failed: {said.Trim()}");
            }
        }
        finally
        {
            File.Delete(handed);
        }
        return password;
    }

    // The server of a PerfGate that was killed a moment ago is still shutting down: its keeper sees to that.
    private static async Task PredecessorGoneAsync(string data, CancellationToken cancellation)
    {
        var waited = Stopwatch.StartNew();
        while (File.Exists(Path.Combine(data, "postmaster.pid")) && waited.Elapsed < StartTimeout)
        {
            var lines = await File.ReadAllLinesAsync(Path.Combine(data, "postmaster.pid"), cancellation);
            if (
                lines.Length == 0
                || !int.TryParse(lines[0], CultureInfo.InvariantCulture, out var pid)
                || !IsAlive(pid)
            )
            {
                // Left behind by a machine that went down; PostgreSQL knows how to go on from there.
                return;
            }
            await Task.Delay(LookInterval, cancellation);
        }
    }

    private static bool IsAlive(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.ProcessName.StartsWith("postgres", StringComparison.Ordinal);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static async Task WritePrivatelyAsync(string path, string text, CancellationToken cancellation)
    {
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        await using var writer = new StreamWriter(path, options);
        await writer.WriteAsync(text.AsMemory(), cancellation);
    }

    private static Process Launch(PostgresAccount account, string binaries, string data, int port, int maxConnections)
    {
        string[] server =
        [
            Path.Combine(binaries, "postgres"),
            "-D",
            data,
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            string.Create(CultureInfo.InvariantCulture, $"port={port}"),
            "-c",
            "unix_socket_directories=",
            "-c",
            string.Create(CultureInfo.InvariantCulture, $"max_connections={maxConnections}"),
        ];
        var start = OperatingSystem.IsWindows()
            ? account.Start(server[0], server[1..])
            : account.Start(
                OperatingSystem.IsLinux() ? "setsid" : "/bin/sh",
                [
                    .. OperatingSystem.IsLinux() ? new[] { "/bin/sh" } : [],
                    "-c",
                    Keeper,
                    "perfgate-postgres",
                    Path.Combine(data, "server.log"),
                    .. server,
                ]
            );
        start.RedirectStandardInput = true;
        return Process.Start(start) ?? throw new InvalidOperationException("PostgreSQL did not start.");
    }

    private static async Task<string> ConnectAsync(
        Process keeper,
        string data,
        string password,
        int port,
        CancellationToken cancellation
    )
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await CreateDatabaseAsync(Settings(password, port, "postgres"), cancellation);
                return Settings(password, port, Database);
            }
            catch (NpgsqlException) when (!keeper.HasExited && waited.Elapsed < StartTimeout)
            {
                await Task.Delay(LookInterval, cancellation);
            }
            catch (NpgsqlException refused)
            {
                throw new InvalidOperationException($"PostgreSQL did not start in {data}. {LastWords(data)}", refused);
            }
        }
    }

    private static string Settings(string password, int port, string database) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = port,
            Username = User,
            Password = password,
            Database = database,
            Timeout = 5,
            MaxPoolSize = 60,
        }.ConnectionString;

    private static string LastWords(string data)
    {
        var log = Path.Combine(data, "server.log");
        return File.Exists(log) ? $"{log} ends: {string.Join(" ", File.ReadLines(log).TakeLast(LogLines))}" : "";
    }

    private static async Task CreateDatabaseAsync(string connectionString, CancellationToken cancellation)
    {
        // Without the pool, so that no connection to the wrong database stays behind.
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(cancellation);
        await using var find = new NpgsqlCommand(
            $"SELECT EXISTS (SELECT FROM pg_database WHERE datname = '{Database}')",
            connection
        );
        if (await find.ExecuteScalarAsync(cancellation) is false)
        {
            await using var create = new NpgsqlCommand($"CREATE DATABASE {Database}", connection);
            await create.ExecuteNonQueryAsync(cancellation);
        }
    }

    private static async Task StopAsync(Process keeper)
    {
        if (!keeper.HasExited)
        {
            if (OperatingSystem.IsWindows())
            {
                keeper.Kill(entireProcessTree: true);
            }
            else
            {
                // The keeper sends SIGINT: PostgreSQL's fast shutdown.
                keeper.StandardInput.Close();
            }
        }
        await keeper.WaitForExitAsync();
        keeper.Dispose();
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
