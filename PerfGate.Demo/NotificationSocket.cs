using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace PerfGate.Demo;

/// <summary>
/// One open WebSocket: greets, acknowledges each message by its <c>id</c> (null where it has no number of that name), and
/// pushes a notification every 250 ms.
/// </summary>
internal sealed class NotificationSocket(WebSocket socket, TimeProvider time) : IDisposable
{
    private const int LargestMessage = 4096;
    private static readonly TimeSpan PushInterval = TimeSpan.FromMilliseconds(250);
    private static readonly byte[] Hello = """{"type":"hello"}"""u8.ToArray();

    // A WebSocket allows one sender at a time.
    private readonly SemaphoreSlim _sending = new(1);

    /// <summary>Converses until the client leaves, or the platform stops and the client has confirmed it.</summary>
    public async Task HoldAsync(CancellationToken stopping, CancellationToken gone)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(gone);
        var pushing = Task.CompletedTask;
        try
        {
            await SendAsync(Hello, over.Token);
            pushing = PushAsync(over.Token);
            // Cancelling a pending receive would cut the connection: the client is told instead, and says goodbye itself.
            await using var farewell = stopping.Register(() =>
                _ = CloseAsync(WebSocketCloseStatus.EndpointUnavailable, gone)
            );
            await AcknowledgeAsync(over.Token);
        }
        catch (Exception end) when (end is WebSocketException or OperationCanceledException)
        {
            // The client went away without a goodbye, which is its right.
        }
        await over.CancelAsync();
        await pushing;
    }

    /// <inheritdoc />
    public void Dispose() => _sending.Dispose();

    private async Task AcknowledgeAsync(CancellationToken cancellation)
    {
        var buffer = new byte[LargestMessage];
        var filled = 0;
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(filled), cancellation);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await CloseAsync(WebSocketCloseStatus.NormalClosure, cancellation);
                return;
            }
            filled += received.Count;
            if (received.EndOfMessage)
            {
                await SendAsync(Acknowledgement(buffer.AsSpan(0, filled)), cancellation);
                filled = 0;
            }
            else if (filled == buffer.Length)
            {
                await CloseAsync(WebSocketCloseStatus.MessageTooBig, cancellation);
                return;
            }
        }
    }

    private async Task PushAsync(CancellationToken cancellation)
    {
        try
        {
            for (var id = 1; ; id++)
            {
                await Task.Delay(PushInterval, time, cancellation);
                var push = FormattableString.Invariant($$"""{"type":"notification","id":{{id}}}""");
                await SendAsync(Encoding.UTF8.GetBytes(push), cancellation);
            }
        }
        catch (Exception end) when (end is WebSocketException or OperationCanceledException)
        {
            // The conversation is over.
        }
    }

    private async Task SendAsync(byte[] text, CancellationToken cancellation)
    {
        await _sending.WaitAsync(cancellation);
        try
        {
            await socket.SendAsync(text, WebSocketMessageType.Text, endOfMessage: true, cancellation);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task CloseAsync(WebSocketCloseStatus status, CancellationToken cancellation)
    {
        try
        {
            await _sending.WaitAsync(cancellation);
        }
        catch (Exception end) when (end is ObjectDisposedException or OperationCanceledException)
        {
            return;
        }
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(status, null, cancellation);
            }
        }
        catch (Exception end) when (end is WebSocketException or OperationCanceledException)
        {
            // It cannot be told any more.
        }
        finally
        {
            _sending.Release();
        }
    }

    private static byte[] Acknowledgement(ReadOnlySpan<byte> message)
    {
        var id = "null";
        try
        {
            var reader = new Utf8JsonReader(message);
            using var json = JsonDocument.ParseValue(ref reader);
            if (
                json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("id", out var given)
                && given.ValueKind == JsonValueKind.Number
            )
            {
                id = given.GetRawText();
            }
        }
        catch (JsonException)
        {
            // No JSON has no id.
        }
        return Encoding.UTF8.GetBytes($$"""{"type":"ack","id":{{id}}}""");
    }
}
