using System.Text.Json;

namespace PerfGate.Tests.Http;

/// <summary>One server-sent event.</summary>
internal sealed record SentEvent(string Name, string Id, JsonElement Data);

/// <summary>Reads a run's event stream as the standard says, comments included.</summary>
internal sealed class EventReader : IDisposable
{
    private readonly HttpResponseMessage _answer;
    private readonly StreamReader _lines;

    private EventReader(HttpResponseMessage answer, Stream body) =>
        (_answer, _lines) = (answer, new StreamReader(body));

    public HttpResponseMessage Answer => _answer;

    public static async Task<EventReader> OpenAsync(HttpClient http, Guid id, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/performance/runs/{id}/events");
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }
        var answer = await http.SendAsync(
            request,
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken
        );
        if (answer.StatusCode == System.Net.HttpStatusCode.OK)
        {
            ApiContract.Hold(answer);
        }
        return new EventReader(answer, await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The next event; null where the stream has ended.</summary>
    public async Task<SentEvent?> NextAsync()
    {
        var fields = new Dictionary<string, string>();
        while (await _lines.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.Length > 0)
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                fields[line[..colon]] = line[(colon + 1)..].TrimStart(' ');
            }
            else if (fields.TryGetValue("data", out var data))
            {
                return new SentEvent(fields["event"], fields["id"], JsonSerializer.Deserialize<JsonElement>(data));
            }
        }
        return null;
    }

    public async Task<List<SentEvent>> RestAsync()
    {
        var events = new List<SentEvent>();
        while (await NextAsync() is { } one)
        {
            events.Add(one);
        }
        return events;
    }

    public void Dispose()
    {
        _lines.Dispose();
        _answer.Dispose();
    }
}
