using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using PerfGate.Demo;

namespace PerfGate.Tests.Demo;

/// <summary>The wedding platform on a free loopback port, and a client to it.</summary>
internal sealed class RunningPlatform : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RunningPlatform(WebApplication app)
    {
        _app = app;
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Http { get; }

    public Uri Address => Http.BaseAddress!;

    /// <summary>Its notifications as a WebSocket.</summary>
    public Uri SocketAddress => new UriBuilder(Address) { Scheme = "ws", Path = "/ws/notifications" }.Uri;

    public static async Task<RunningPlatform> StartAsync(params string[] args)
    {
        var app = DemoPlatform.Build(args);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new RunningPlatform(app);
    }

    public Task StopAsync() => _app.StopAsync(TestContext.Current.CancellationToken);

    public async Task<JsonNode> GetJsonAsync(string path) =>
        (await Http.GetFromJsonAsync<JsonNode>(path, TestContext.Current.CancellationToken))!;

    public Task<HttpResponseMessage> PostAsync(string path, object body) =>
        Http.PostAsJsonAsync(path, body, TestContext.Current.CancellationToken);

    public Task<HttpResponseMessage> TurnKnobsAsync(object knobs) =>
        Http.PutAsJsonAsync("/knobs", knobs, TestContext.Current.CancellationToken);

    /// <summary>Logs in as that supplier, and asks for the dashboard.</summary>
    public async Task<HttpResponseMessage> GetDashboardAsync(int supplier = 7)
    {
        using var login = await PostAsync(
            "/api/suppliers/login",
            new { email = $"supplier-{supplier}@suppliers.example.com", password = "synthetic-password" }
        );
        login.EnsureSuccessStatusCode();
        var token = (string)(await JsonOf(login))["token"]!;
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/suppliers/dashboard");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public static async Task<JsonNode> JsonOf(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!;

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }
}
