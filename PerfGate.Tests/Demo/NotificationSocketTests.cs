using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace PerfGate.Tests.Demo;

public class NotificationSocketTests
{
    [Fact]
    public async Task A_client_is_greeted_acknowledged_and_notified()
    {
        await using var platform = await RunningPlatform.StartAsync();
        using var socket = await ConnectAsync(platform);

        Assert.Equal("hello", (string)(await ReceiveAsync(socket))["type"]!);
        await SendAsync(socket, """{"id":1,"type":"subscribe"}""");
        await SendAsync(socket, """{"type":"no id"}""");
        await SendAsync(socket, "no JSON");
        var acknowledged = new List<string?>();
        var notified = new List<int>();
        while (acknowledged.Count < 3 || notified.Count < 2)
        {
            var message = await ReceiveAsync(socket);
            if ((string)message["type"]! == "ack")
            {
                acknowledged.Add(message["id"]?.ToJsonString());
            }
            else
            {
                notified.Add((int)message["id"]!);
            }
        }

        Assert.Equal(["1", null, null], acknowledged);
        Assert.Equal([1, 2], notified[..2]);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
    }

    [Fact]
    public async Task A_message_in_several_frames_is_acknowledged_once()
    {
        await using var platform = await RunningPlatform.StartAsync();
        using var socket = await ConnectAsync(platform);
        await ReceiveAsync(socket);

        await SendAsync(socket, """{"id":""", last: false);
        await SendAsync(socket, "41}");
        await SendAsync(socket, """{"id":42}""");

        Assert.Equal(41, (int)(await NextAcknowledgementAsync(socket))["id"]!);
        Assert.Equal(42, (int)(await NextAcknowledgementAsync(socket))["id"]!);
    }

    [Fact]
    public async Task A_message_too_large_ends_the_conversation()
    {
        await using var platform = await RunningPlatform.StartAsync();
        using var socket = await ConnectAsync(platform);

        await SendAsync(socket, new string('x', 5000));

        Assert.Equal(WebSocketCloseStatus.MessageTooBig, await UntilClosedAsync(socket));
    }

    [Fact]
    public async Task A_stop_tells_those_who_are_connected()
    {
        await using var platform = await RunningPlatform.StartAsync();
        using var socket = await ConnectAsync(platform);
        await ReceiveAsync(socket);

        var stopping = platform.StopAsync();
        var status = await UntilClosedAsync(socket);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken);
        await stopping;

        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, status);
    }

    [Fact]
    public async Task What_is_no_websocket_is_told_to_become_one()
    {
        await using var platform = await RunningPlatform.StartAsync();

        using var answer = await platform.Http.GetAsync("/ws/notifications", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.UpgradeRequired, answer.StatusCode);
    }

    private static async Task<ClientWebSocket> ConnectAsync(RunningPlatform platform)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(platform.SocketAddress, TestContext.Current.CancellationToken);
        return socket;
    }

    private static Task SendAsync(ClientWebSocket socket, string text, bool last = true) =>
        socket.SendAsync(
            Encoding.UTF8.GetBytes(text),
            WebSocketMessageType.Text,
            last,
            TestContext.Current.CancellationToken
        );

    private static async Task<JsonNode> ReceiveAsync(ClientWebSocket socket)
    {
        var buffer = new byte[1024];
        var received = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
        Assert.Equal(WebSocketMessageType.Text, received.MessageType);
        Assert.True(received.EndOfMessage);
        return JsonNode.Parse(buffer.AsSpan(0, received.Count))!;
    }

    private static async Task<JsonNode> NextAcknowledgementAsync(ClientWebSocket socket)
    {
        while (true)
        {
            var message = await ReceiveAsync(socket);
            if ((string)message["type"]! == "ack")
            {
                return message;
            }
        }
    }

    private static async Task<WebSocketCloseStatus?> UntilClosedAsync(ClientWebSocket socket)
    {
        var buffer = new byte[1024];
        while ((await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken)).CloseStatus is null) { }
        return socket.CloseStatus;
    }
}
