using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using PerfGate.Adapters.Http;
using PerfGate.Core.Requests;

namespace PerfGate.Host.Client;

/// <summary>
/// The API as a pipeline uses it: over HTTP, with a token. What the server refuses is thrown as
/// <see cref="ApiProblemException"/>; where there is no answer, as any other <see cref="HttpRequestException"/>.
/// </summary>
public sealed class GateClient : IDisposable
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    // Two gigabytes over a slow line.
    private static readonly TimeSpan ImportTimeout = TimeSpan.FromHours(2);

    private readonly HttpClient _http;

    /// <summary>Speaks to a server; its address may have a path of its own (a reverse proxy's).</summary>
    public GateClient(Uri server, string token)
    {
        Server = server;
        var root = new Uri(server.AbsoluteUri.TrimEnd('/') + "/api/performance/");
        // Each request brings its own end: one that waits for a run may take a minute.
        _http = new HttpClient { BaseAddress = root, Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Whom it speaks to.</summary>
    public Uri Server { get; }

    /// <summary>Asks for a run; an array of bytes is sent as it is.</summary>
    /// <param name="request">The body.</param>
    /// <param name="cancellation">Ends the asking.</param>
    /// <param name="idempotencyKey">Makes it safe to ask again with the same key.</param>
    public Task<ExecuteAnswer> ExecuteAsync(
        object request,
        CancellationToken cancellation,
        string? idempotencyKey = null
    ) =>
        SendAsync<ExecuteAnswer>(
            () =>
            {
                var post = new HttpRequestMessage(HttpMethod.Post, "tests/execute") { Content = Body(request) };
                if (idempotencyKey is not null)
                {
                    post.Headers.Add("Idempotency-Key", idempotencyKey);
                }
                return post;
            },
            AnswerTimeout,
            cancellation
        );

    /// <summary>Looks at a run.</summary>
    public Task<RunView> GetRunAsync(Guid testId, CancellationToken cancellation) =>
        GetRunAsync(testId, TimeSpan.Zero, cancellation);

    /// <summary>Looks at a run; the answer comes when it ends, at the latest after the wait (whole seconds, up to 60).</summary>
    public Task<RunView> GetRunAsync(Guid testId, TimeSpan wait, CancellationToken cancellation) =>
        GetAsync<RunView>($"runs/{testId}", wait, cancellation);

    /// <summary>Asks for the short answer; it comes when the run ends, at the latest after the wait.</summary>
    public Task<GateView> GetGateAsync(Guid testId, TimeSpan wait, CancellationToken cancellation) =>
        GetAsync<GateView>($"runs/{testId}/gate", wait, cancellation);

    /// <summary>Makes a passed run the past that later ones are held against.</summary>
    public Task<BaselineView> EstablishBaselineAsync(Guid testId, CancellationToken cancellation) =>
        PostAsync<BaselineView>("baselines", new { testId }, cancellation);

    /// <summary>The past of every test type and environment that has one.</summary>
    public Task<BaselineList> ListBaselinesAsync(CancellationToken cancellation) =>
        GetAsync<BaselineList>("baselines", cancellation);

    /// <summary>Sends k6's output of elsewhere to be judged; the answer comes when all of it is read.</summary>
    /// <param name="form">The parts.</param>
    /// <param name="cancellation">Ends the sending.</param>
    /// <param name="idempotencyKey">Makes it safe to send the same again with the same key.</param>
    public Task<GateView> ImportAsync(
        MultipartFormDataContent form,
        CancellationToken cancellation,
        string? idempotencyKey = null
    ) =>
        SendAsync<GateView>(
            () =>
            {
                var post = new HttpRequestMessage(HttpMethod.Post, "runs/import") { Content = form };
                // Who is refused by the length alone need not send the rest.
                post.Headers.ExpectContinue = true;
                if (idempotencyKey is not null)
                {
                    post.Headers.Add("Idempotency-Key", idempotencyKey);
                }
                return post;
            },
            ImportTimeout,
            cancellation
        );

    /// <summary>Asks a run to stop; unknown and ended runs are left alone.</summary>
    public async Task CancelAsync(Guid testId, CancellationToken cancellation)
    {
        try
        {
            await PostAsync<JsonElement>($"runs/{testId}/cancel", null, cancellation);
        }
        catch (ApiProblemException refused)
            when (refused.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict) { }
    }

    /// <summary>Fetches a run's report: <c>html</c> (default), <c>markdown</c> or <c>junit</c>.</summary>
    public Task<string> GetReportAsync(Guid testId, CancellationToken cancellation, string format = "html") =>
        GetTextAsync($"runs/{testId}/report?format={format}", cancellation);

    /// <summary>Gets what is at a path below <c>/api/performance/</c>.</summary>
    public Task<T> GetAsync<T>(string path, CancellationToken cancellation) =>
        GetAsync<T>(path, TimeSpan.Zero, cancellation);

    /// <summary>Posts to a path below <c>/api/performance/</c>; without a body where it is null.</summary>
    public Task<T> PostAsync<T>(string path, object? body, CancellationToken cancellation) =>
        SendAsync<T>(
            () => new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : Body(body) },
            AnswerTimeout,
            cancellation
        );

    /// <summary>Deletes what is at a path below <c>/api/performance/</c>, where that answers something.</summary>
    public Task<T> DeleteAsync<T>(string path, CancellationToken cancellation) =>
        SendAsync<T>(() => new HttpRequestMessage(HttpMethod.Delete, path), AnswerTimeout, cancellation);

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private Task<T> GetAsync<T>(string path, TimeSpan wait, CancellationToken cancellation) =>
        SendAsync<T>(
            () =>
            {
                var get = new HttpRequestMessage(HttpMethod.Get, path);
                if (wait > TimeSpan.Zero)
                {
                    get.Headers.Add(
                        "Prefer",
                        string.Create(CultureInfo.InvariantCulture, $"wait={Math.Ceiling(wait.TotalSeconds)}")
                    );
                }
                return get;
            },
            wait + AnswerTimeout,
            cancellation
        );

    /// <summary>Gets the text that is at a path below <c>/api/performance/</c>.</summary>
    public async Task<string> GetTextAsync(string path, CancellationToken cancellation)
    {
        using var get = new HttpRequestMessage(HttpMethod.Get, path);
        using var answer = await SendAsync(get, AnswerTimeout, cancellation);
        return await answer.Content.ReadAsStringAsync(cancellation);
    }

    private async Task<T> SendAsync<T>(Func<HttpRequestMessage> make, TimeSpan timeout, CancellationToken cancellation)
    {
        using var request = make();
        using var answer = await SendAsync(request, timeout, cancellation);
        try
        {
            return await answer.Content.ReadFromJsonAsync<T>(RunJson.Options, cancellation)
                ?? throw new HttpRequestException("The server answered nothing.", null, answer.StatusCode);
        }
        catch (JsonException unreadable)
        {
            throw new HttpRequestException(
                $"{request.RequestUri} answered what is not PerfGate's: {unreadable.Message}",
                unreadable
            );
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        TimeSpan timeout,
        CancellationToken cancellation
    )
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        end.CancelAfter(timeout);
        try
        {
            var answer = await _http.SendAsync(request, end.Token);
            if (answer.IsSuccessStatusCode)
            {
                return answer;
            }
            using (answer)
            {
                throw new ApiProblemException(await ApiProblem.ReadAsync(answer, end.Token));
            }
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new HttpRequestException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{request.RequestUri} did not answer within {timeout.TotalSeconds:0} s."
                ),
                late
            );
        }
    }

    private static HttpContent Body(object body) =>
        body switch
        {
            HttpContent content => content,
            byte[] bytes => new ByteArrayContent(bytes)
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            },
            _ => JsonContent.Create(body, body.GetType(), options: RunJson.Options),
        };
}

/// <summary>Baselines, one of each test type and environment that has a past.</summary>
/// <param name="Baselines">The baselines.</param>
public sealed record BaselineList(IReadOnlyList<BaselineView> Baselines);
