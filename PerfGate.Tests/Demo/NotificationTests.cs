using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;

namespace PerfGate.Tests.Demo;

public class NotificationTests
{
    [Theory]
    [InlineData("", 20)]
    [InlineData("?since=0", 20)]
    [InlineData("?since=15", 5)]
    [InlineData("?since=20", 0)]
    [InlineData("?since=9223372036854775807", 0)]
    [InlineData("?since=-1", 20)]
    public async Task A_poll_gives_what_came_since(string query, int count)
    {
        await using var platform = await RunningPlatform.StartAsync();

        var list = await platform.GetJsonAsync($"/api/notifications{query}");

        var ids = list["items"]!.AsArray().Select(item => (int)item!["id"]!);
        Assert.Equal(Enumerable.Range(21 - count, count), ids);
    }

    [Theory]
    [InlineData("", 5)]
    [InlineData("?max=1", 1)]
    [InlineData("?max=23", 23)]
    public async Task A_stream_gives_as_many_events_as_asked_for_and_ends(string query, int count)
    {
        await using var platform = await RunningPlatform.StartAsync();
        using var answer = await platform.Http.GetAsync(
            $"/api/notifications/stream{query}",
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken
        );
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);

        await using var body = await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var events = new List<SseItem<string>>();
        await foreach (var item in SseParser.Create(body).EnumerateAsync(TestContext.Current.CancellationToken))
        {
            events.Add(item);
        }

        Assert.Equal(count, events.Count);
        Assert.All(events, item => Assert.Equal(item.EventId, JsonNode.Parse(item.Data)!["id"]!.ToString()));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1001")]
    [InlineData("many")]
    public async Task A_stream_without_a_sensible_end_is_refused(string max)
    {
        await using var platform = await RunningPlatform.StartAsync();

        using var answer = await platform.Http.GetAsync(
            $"/api/notifications/stream?max={max}",
            TestContext.Current.CancellationToken
        );

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }
}
