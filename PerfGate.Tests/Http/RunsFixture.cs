using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Npgsql;
using PerfGate.Adapters.Files;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Baselines;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;
using PerfGate.Host.Server;
using PerfGate.Tests.Postgres;
using PerfGate.Tests.Runs;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Http;

/// <summary>
/// The server, and its database and artifacts seen from outside: runs are moved here as another process would move them, no
/// load is made.
/// </summary>
public sealed class RunsFixture(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"perfgate-runs-{Guid.NewGuid():N}");
    private GateServer? _server;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public GateServer Server => _server!;

    public HttpClient Http { get; private set; } = null!;

    /// <summary>How to reach the server's database.</summary>
    public string Connection { get; private set; } = "";

    public NpgsqlDataSource Database { get; private set; } = null!;

    public RunStore Store { get; private set; } = null!;

    public IArtifactStore Artifacts { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var database = Connection = await postgres.CreateDatabaseAsync();
        _server = await GateServer.StartAsync(
            new GateServerOptions
            {
                DataFolder = _folder,
                Urls = "http://127.0.0.1:0",
                PostgresConnectionString = database,
            },
            CancellationToken.None
        );
        Http = new HttpClient { BaseAddress = _server.Address };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            _server.IssueToken("somebody")
        );
        Database = NpgsqlDataSource.Create(database);
        Store = new RunStore(Database, TimeProvider.System);
        Artifacts = new FolderArtifactStore(Path.Combine(_folder, "artifacts"));
    }

    public async Task<Guid> QueueAsync(RunRequest? request = null)
    {
        request ??= StoredRuns.Request();
        var id = Guid.CreateVersion7();
        await Store.InsertAsync(
            new NewRun(id, request, DateTimeOffset.UtcNow.AddMinutes(1), "somebody", LoadFingerprint.Of(request)),
            Cancellation
        );
        return id;
    }

    public async Task<Guid> StartAsync(RunRequest? request = null)
    {
        var id = await QueueAsync(request);
        await new RunQueue(Database, TimeProvider.System).TakeSlotAsync(id, 1000, Cancellation);
        return id;
    }

    /// <summary>Ends a run that was started, with its result artifact.</summary>
    public async Task EndAsync(Guid id, Func<RunResult, RunResult>? change = null)
    {
        var row = (await Store.FindAsync(id, Cancellation))!;
        var result = new RunResult
        {
            RunId = id,
            Request = row.Request,
            Plan = SampleGrounds.Plan(),
            Status = RunStatus.Completed,
            Verdict = new RunVerdict(Verdict.Passed, [new Reason("all-held", "A sample.")]),
            CreatedAt = row.CreatedAt,
            StartedAt = row.StartedAt,
            EndedAt = DateTimeOffset.UtcNow,
            Engine = "k6 v2.2.0",
            Metrics = SampleGrounds.Metrics(),
            Thresholds = SampleGrounds.Sound().Thresholds,
        };
        result = change?.Invoke(result) ?? result;
        await WriteAsync(id, ArtifactNames.Result, JsonSerializer.Serialize(result, RunJson.Options));
        if (result.Metrics is not null)
        {
            await WriteAsync(id, ArtifactNames.Metrics, JsonSerializer.Serialize(result.Metrics, RunJson.Options));
        }
        await new PerformanceMonitor(Database, TimeProvider.System).RecordTestResultsAsync(result, Cancellation);
    }

    /// <summary>A run that has ended.</summary>
    public async Task<Guid> EndedAsync(RunRequest? request = null, Func<RunResult, RunResult>? change = null)
    {
        var id = await StartAsync(request);
        await EndAsync(id, change);
        return id;
    }

    public Task WriteAsync(Guid id, string name, string text) =>
        Artifacts.WriteAsync(id, name, Encoding.UTF8.GetBytes(text), Cancellation);

    /// <summary>Asks, with headers; the answer's body must be JSON.</summary>
    public async Task<(HttpResponseMessage Answer, JsonElement Body)> AskAsync(
        HttpMethod method,
        string path,
        object? body = null,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method, $"/api/performance/{path}");
        if (body is not null)
        {
            request.Content = body is string text
                ? new StringContent(text, Encoding.UTF8, "application/json")
                : JsonContent.Create(body);
        }
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        var answer = await Http.SendAsync(request, Cancellation);
        await ApiContract.HoldAsync(answer);
        var json = await answer.Content.ReadAsByteArrayAsync(Cancellation);
        return (answer, json.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(json));
    }

    public Task<(HttpResponseMessage Answer, JsonElement Body)> GetAsync(
        string path,
        params (string Name, string Value)[] headers
    ) => AskAsync(HttpMethod.Get, path, null, headers);

    /// <summary>Executes SQL as somebody beside the server.</summary>
    public async Task<object?> SqlAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Database.DisposeAsync();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
        Directory.Delete(_folder, recursive: true);
    }
}
