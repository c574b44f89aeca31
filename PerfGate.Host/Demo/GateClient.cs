using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using PerfGate.Adapters.Http;
using PerfGate.Core.Requests;

namespace PerfGate.Host.Demo;

/// <summary>The API as a pipeline uses it: over HTTP, with a token.</summary>
public sealed class GateClient : IDisposable
{
    private readonly HttpClient _http;

    /// <summary>Speaks to a server.</summary>
    public GateClient(Uri server, string token)
    {
        _http = new HttpClient { BaseAddress = server, Timeout = TimeSpan.FromSeconds(30) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Asks for a run.</summary>
    /// <exception cref="HttpRequestException">The server refused; the message holds its problem document.</exception>
    public Task<ExecuteAnswer> ExecuteAsync(object request, CancellationToken cancellation) =>
        PostAsync<ExecuteAnswer>("/api/performance/tests/execute", request, cancellation);

    /// <summary>Looks at a run.</summary>
    public async Task<RunView> GetRunAsync(Guid testId, CancellationToken cancellation) =>
        await _http.GetFromJsonAsync<RunView>($"/api/performance/runs/{testId}", RunJson.Options, cancellation)
        ?? throw new HttpRequestException("The server answered nothing.");

    /// <summary>Makes a passed run the past that later ones are held against.</summary>
    public Task<BaselineView> EstablishBaselineAsync(Guid testId, CancellationToken cancellation) =>
        PostAsync<BaselineView>("/api/performance/baselines", new { testId }, cancellation);

    /// <summary>Asks a run to stop; unknown and ended runs are left alone.</summary>
    public async Task CancelAsync(Guid testId, CancellationToken cancellation)
    {
        using var answer = await _http.PostAsync($"/api/performance/runs/{testId}/cancel", null, cancellation);
    }

    /// <summary>Fetches a run's HTML report.</summary>
    public async Task<string> GetReportAsync(Guid testId, CancellationToken cancellation) =>
        await _http.GetStringAsync(new Uri($"/api/performance/runs/{testId}/report", UriKind.Relative), cancellation);

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private async Task<T> PostAsync<T>(string path, object body, CancellationToken cancellation)
    {
        using var answer = await _http.PostAsJsonAsync(path, body, RunJson.Options, cancellation);
        if (!answer.IsSuccessStatusCode)
        {
            var problem = await answer.Content.ReadAsStringAsync(cancellation);
            throw new HttpRequestException(
                FormattableString.Invariant($"{path} answered {(int)answer.StatusCode}: {problem}"),
                null,
                answer.StatusCode
            );
        }
        return await answer.Content.ReadFromJsonAsync<T>(RunJson.Options, cancellation)
            ?? throw new HttpRequestException("The server answered nothing.", null, HttpStatusCode.OK);
    }
}
