using Microsoft.AspNetCore.Builder;
using PerfGate.Tests.EndToEnd;
using PerfGate.Tests.Faults;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Cli;

/// <summary>A data folder that <c>perfgate serve</c> serves, and a healthy platform to aim at.</summary>
public sealed class ServedFixture(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("perfgate-served-");
    private HostProcess? _host;
    private WebApplication? _platform;

    /// <summary>The folder commands are run in; its <c>.perfgate</c> is served.</summary>
    public string Folder => _folder.FullName;

    public string Data => Path.Combine(Folder, ".perfgate");

    public string Target => _platform!.Urls.First();

    public GateClient Gate => _host!.Gate;

    /// <summary>Options of a run of a few seconds that passes.</summary>
    public string[] ShortLoad => Load("6");

    public string[] Load(string duration) =>
        ["--base-url", Target, "--duration", duration, "--arrival-rate", "20", "--min-throughput", "5"];

    public async ValueTask InitializeAsync()
    {
        _host = await HostProcess.StartAsync(Data, await postgres.CreateDatabaseAsync());
        _platform = await GateFixture.StartPlatformAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync();
            Assert.False(File.Exists(Path.Combine(Data, "server.json")), "the address file was left behind");
            await _host.DisposeAsync();
        }
        if (_platform is not null)
        {
            await _platform.DisposeAsync();
        }
        _folder.Delete(recursive: true);
    }
}
