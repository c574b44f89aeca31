using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using PerfGate.Host.Server;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Http;

/// <summary>A server that takes small imports.</summary>
public sealed class ImportFixture(PostgresFixture postgres) : IAsyncLifetime
{
    public const int ImportBytes = 3_000_000;

    /// <summary>Bounds that the captured runs hold: a few of their requests were refused on purpose.</summary>
    public const string Lenient =
        """{"testType":"load","environment":"staging","configuration":{"thresholds":{"maxErrorRate":0.1,"minThroughput":1}}}""";

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"perfgate-import-{Guid.NewGuid():N}");
    private GateServer? _server;

    public HttpClient Http { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await GateServer.StartAsync(
            new GateServerOptions
            {
                DataFolder = _folder,
                Urls = "http://127.0.0.1:0",
                PostgresConnectionString = await postgres.CreateDatabaseAsync(),
                ImportBytes = ImportBytes,
            },
            CancellationToken.None
        );
        Http = new HttpClient { BaseAddress = _server.Address };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _server.IssueToken("tests"));
    }

    /// <summary>Imports parts.</summary>
    public async Task<(HttpResponseMessage Answer, JsonElement Body)> ImportAsync(
        params (string Name, byte[] Content)[] parts
    )
    {
        using var form = Form(parts);
        return await SendAsync(form);
    }

    /// <summary>Imports parts with an <c>Idempotency-Key</c>.</summary>
    public async Task<(HttpResponseMessage Answer, JsonElement Body)> ImportOnceAsync(
        string key,
        params (string Name, byte[] Content)[] parts
    )
    {
        using var form = Form(parts);
        return await SendAsync(form, key: key);
    }

    /// <summary>Sends a body to the import.</summary>
    public async Task<(HttpResponseMessage Answer, JsonElement Body)> SendAsync(
        HttpContent content,
        bool chunked = false,
        string? key = null
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/performance/runs/import")
        {
            Content = content,
        };
        request.Headers.TransferEncodingChunked = chunked;
        // Whoever is refused by the length alone need not send the rest.
        request.Headers.ExpectContinue = !chunked;
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }
        var answer = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        await ApiContract.HoldAsync(answer);
        return (answer, await ReadAsync(answer));
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await Http.GetAsync($"/api/performance/{path}", TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode}");
        await ApiContract.HoldAsync(answer);
        return await ReadAsync(answer);
    }

    public static MultipartFormDataContent Form(params (string Name, byte[] Content)[] parts)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, content) in parts)
        {
            var part = new ByteArrayContent(content);
            if (name is "request" or "exitCode")
            {
                form.Add(part, name);
            }
            else
            {
                form.Add(part, name, "anything.bin");
            }
        }
        return form;
    }

    /// <summary>Texts of all that is stored of all runs.</summary>
    public IEnumerable<(string Name, string Text)> Artifacts()
    {
        var folder = Path.Combine(_folder, "artifacts");
        return Directory.Exists(folder)
            ? Directory
                .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Select(file => (Path.GetRelativePath(folder, file), File.ReadAllText(file)))
            : [];
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return text.Length == 0 || answer.Content.Headers.ContentType?.MediaType is { } type && !type.Contains("json")
            ? JsonSerializer.SerializeToElement(Encoding.UTF8.GetString(text))
            : JsonSerializer.Deserialize<JsonElement>(text);
    }
}
