using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PerfGate.Tests.K6;

/// <summary>A real server that scripts of these tests talk to.</summary>
public sealed class EngineTarget : IAsyncLifetime
{
    private readonly WebApplication _app;

    public EngineTarget()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.UseWebSockets();
        _app.MapGet("/json", () => Results.Json(new { ok = true, items = new[] { 1, 2, 3 } }));
        _app.MapGet("/status/{code:int}", (int code) => Results.StatusCode(code));
        _app.MapGet(
            "/redirect/{left:int}",
            (int left) => Results.Redirect(left == 0 ? "/json" : $"/redirect/{left - 1}")
        );
        _app.MapGet(
            "/slow/{milliseconds:int}",
            async (int milliseconds) =>
            {
                await Task.Delay(milliseconds);
                return "slow";
            }
        );
        _app.MapGet(
            "/cookie/set",
            (HttpResponse response) =>
            {
                response.Cookies.Append("session", "abc", new CookieOptions { Path = "/" });
                return "set";
            }
        );
        _app.MapGet("/cookie/get", (HttpRequest request) => request.Cookies["session"] ?? "none");
        _app.MapPost(
            "/echo",
            async (HttpRequest request) =>
            {
                using var reader = new StreamReader(request.Body);
                return Results.Json(new { type = request.ContentType, body = await reader.ReadToEndAsync() });
            }
        );
        _app.Map("/ws", EchoAsync);
    }

    public string Url => _app.Urls.First();

    public async ValueTask InitializeAsync() => await _app.StartAsync();

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static async Task EchoAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[1024];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer, context.RequestAborted);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseAsync(
                    part.CloseStatus ?? WebSocketCloseStatus.NormalClosure,
                    "",
                    CancellationToken.None
                );
                return;
            }
            await socket.SendAsync(buffer.AsMemory(0, part.Count), part.MessageType, true, context.RequestAborted);
        }
    }
}
