using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Admission;
using PerfGate.Host.Server;

namespace PerfGate.Bench.Fuzz.Http;

/// <summary>
/// A one-machine server in this process, with a test, a run and a baseline to ask for. No load ever begins: the emergency stop is
/// on everywhere and never lifted, and the only host on the lists is a port of this machine that nobody listens at.
/// </summary>
internal sealed class FuzzServer : IAsyncDisposable
{
    private static readonly EnvironmentRules Nowhere = new()
    {
        Starts = new StartRate(1_000_000, 1_000_000),
        Targets = new TargetRules { Hosts = ["127.0.0.1:9"], AllowLoopback = true },
    };

    private readonly PrivatePostgres? _postgres;
    private readonly GateServer _gate;
    private readonly NpgsqlDataSource _database;
    private readonly string _folder;

    private FuzzServer(GateServer gate, PrivatePostgres? postgres, NpgsqlDataSource database, string folder)
    {
        (_gate, _postgres, _database, _folder) = (gate, postgres, database, folder);
        Admin = gate.IssueToken("fuzz");
        Engineer = gate.IssueToken("fuzz-engineer", Role.Engineer);
        Viewer = gate.IssueToken("fuzz-viewer", Role.Viewer);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => _gate.Address;

    /// <summary>A token that may do all.</summary>
    public string Admin { get; }

    /// <summary>A token that cannot lift an emergency stop.</summary>
    public string Engineer { get; }

    /// <summary>A token that may look.</summary>
    public string Viewer { get; }

    /// <summary>A stored test.</summary>
    public string Test { get; private set; } = "";

    /// <summary>A run that has ended.</summary>
    public string Run { get; private set; } = "";

    /// <summary>Another one.</summary>
    public string OtherRun { get; private set; } = "";

    /// <summary>A baseline.</summary>
    public string Baseline { get; private set; } = "";

    /// <summary>Runs that there were before the first input.</summary>
    public const int FirstRuns = 2;

    /// <summary>Starts it with a PostgreSQL of its own.</summary>
    public static async Task<FuzzServer> StartAsync(string folder)
    {
        var postgres = await PrivatePostgres.StartAsync(Path.Combine(folder, "postgres"), CancellationToken.None);
        // What is written need not outlast the machine; who waits for its disk finds fewer faults.
        return await StartAsync(folder, $"{postgres.ConnectionString};Options=-c synchronous_commit=off", postgres);
    }

    /// <summary>Starts it with a database that is there.</summary>
    public static Task<FuzzServer> StartAsync(string folder, string database) => StartAsync(folder, database, null);

    /// <summary>A number out of the database.</summary>
    public async Task<long> CountAsync(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The rows of the audit trail, the oldest first.</summary>
    public IAsyncEnumerable<AuditRow> AuditAsync() =>
        new AuditPages(_database).StreamAsync(new AuditFilter(), CancellationToken.None);

    /// <summary>Whether a run left its result.</summary>
    public bool HasResult(string run) => File.Exists(Path.Combine(_folder, "artifacts", run, "result.json"));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _gate.DisposeAsync();
        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }
    }

    private static async Task<FuzzServer> StartAsync(string folder, string database, PrivatePostgres? postgres)
    {
        var gate = await GateServer.StartAsync(
            new GateServerOptions
            {
                DataFolder = folder,
                Urls = "http://127.0.0.1:0",
                PostgresConnectionString = database,
                ImportBytes = 3_000_000,
                Admission = new AdmissionRules
                {
                    Caller = new StartRate(1_000_000, 1_000_000),
                    Staging = Nowhere,
                    Production = Nowhere,
                },
            },
            CancellationToken.None
        );
        var server = new FuzzServer(gate, postgres, NpgsqlDataSource.Create(database), folder);
        await server.PrepareAsync();
        return server;
    }

    private async Task PrepareAsync()
    {
        using var http = new HttpClient { BaseAddress = new Uri(Address, "/api/performance/") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Admin);
        await PostAsync(http, "emergency-stop", JsonContent.Create(new { reason = "Nothing may begin here." }));
        Test = (await PostAsync(http, "tests", new ByteArrayContent(Corpora.Definitions[1])))
            .GetProperty("id")
            .GetString()!;
        Run = await ImportAsync(http, Corpora.WholeRun);
        OtherRun = await ImportAsync(http, Corpora.Ndjson[2]);
        Baseline = (
            await PostAsync(http, "baselines", JsonContent.Create(new { testId = Run, reason = "a beginning" }))
        )
            .GetProperty("id")
            .GetString()!;
    }

    private static async Task<string> ImportAsync(HttpClient http, byte[] output)
    {
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(HttpInputs.Lenient), "request" },
            { new ByteArrayContent(output), "output", "any" },
        };
        return (await PostAsync(http, "runs/import", form)).GetProperty("testId").GetString()!;
    }

    private static async Task<JsonElement> PostAsync(HttpClient http, string path, HttpContent content)
    {
        using var answer = await http.PostAsync(new Uri(path, UriKind.Relative), content);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? JsonSerializer.Deserialize<JsonElement>(text)
            : throw new InvalidOperationException($"{path}: {answer.StatusCode} {text}");
    }
}
