using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace PerfGate.Demo;

internal static class NotificationEndpoints
{
    private static readonly TimeSpan PushInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan StreamInterval = TimeSpan.FromMilliseconds(20);
    private const int LargestMessage = 4096;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(
            "/api/notifications",
            (long? since) =>
                new NotificationList([.. SyntheticData.Notifications.Where(note => note.Id > (since ?? 0))])
        );
        routes.MapGet("/api/notifications/stream", StreamAsync);
        routes.MapGet("/ws/notifications", SocketAsync);
    }

    private static async Task StreamAsync(HttpContext context, int? max, TimeProvider time)
    {
        context.Response.ContentType = "text/event-stream";
        for (var sent = 0; sent < Math.Clamp(max ?? 5, 1, 1000); sent++)
        {
            if (sent > 0)
            {
                await Task.Delay(StreamInterval, time, context.RequestAborted);
            }
            var note = SyntheticData.Notifications[sent % SyntheticData.Notifications.Length];
            var json = JsonSerializer.Serialize(note, DemoJson.Default.Notification);
            await context.Response.WriteAsync($"id: {note.Id}\ndata: {json}\n\n", context.RequestAborted);
        }
    }

    private static async Task SocketAsync(HttpContext context, TimeProvider time)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            return;
        }
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        // WebSocket.SendAsync allows one sender at a time.
        using var sending = new SemaphoreSlim(1);
        await SendAsync("""{"type":"hello"}""");
        var pushing = PushAsync();
        try
        {
            await AcknowledgeAsync();
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // The client went away without a goodbye, which is its right.
        }
        await ended.CancelAsync();
        await pushing;

        async Task AcknowledgeAsync()
        {
            var buffer = new byte[LargestMessage];
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(), ended.Token);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, ended.Token);
                    return;
                }
                await SendAsync($$"""{"type":"ack","id":{{IdOf(buffer.AsSpan(0, received.Count))}}}""");
            }
        }

        async Task PushAsync()
        {
            try
            {
                for (var id = 1; ; id++)
                {
                    await Task.Delay(PushInterval, time, ended.Token);
                    await SendAsync(FormattableString.Invariant($$"""{"type":"notification","id":{{id}}}"""));
                }
            }
            catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
            {
                // The conversation is over.
            }
        }

        async Task SendAsync(string text)
        {
            await sending.WaitAsync(ended.Token);
            try
            {
                await socket.SendAsync(
                    Encoding.UTF8.GetBytes(text),
                    WebSocketMessageType.Text,
                    endOfMessage: true,
                    ended.Token
                );
            }
            finally
            {
                sending.Release();
            }
        }
    }

    private static string IdOf(ReadOnlySpan<byte> message)
    {
        try
        {
            var reader = new Utf8JsonReader(message);
            using var json = JsonDocument.ParseValue(ref reader);
            return
                json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("id", out var id)
                && id.ValueKind == JsonValueKind.Number
                ? id.GetRawText()
                : "null";
        }
        catch (JsonException)
        {
            return "null";
        }
    }
}
