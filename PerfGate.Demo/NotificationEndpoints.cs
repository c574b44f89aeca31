using System.Text;
using System.Text.Json;

namespace PerfGate.Demo;

internal static class NotificationEndpoints
{
    private const int MostEvents = 1000;
    private static readonly TimeSpan StreamInterval = TimeSpan.FromMilliseconds(20);

    private static readonly PreparedJson[] ListsSince =
    [
        .. Enumerable
            .Range(0, SyntheticData.Notifications.Length + 1)
            .Select(since =>
                PreparedJson.Of(
                    new NotificationList(SyntheticData.Notifications[since..]),
                    DemoJson.Default.NotificationList
                )
            ),
    ];
    private static readonly byte[][] Events = [.. SyntheticData.Notifications.Select(Event)];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(
            "/api/notifications",
            (long? since) => ListsSince[(int)Math.Clamp(since ?? 0, 0, ListsSince.Length - 1)]
        );
        routes.MapGet("/api/notifications/stream", StreamAsync);
        routes.MapGet("/ws/notifications", SocketAsync);
    }

    private static async Task<IResult> StreamAsync(HttpContext context, int? max, TimeProvider time)
    {
        var wanted = max ?? 5;
        if (wanted is < 1 or > MostEvents)
        {
            return Results.BadRequest("max must be from 1 to 1000");
        }
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        for (var sent = 0; sent < wanted; sent++)
        {
            if (sent > 0)
            {
                await Task.Delay(StreamInterval, time, context.RequestAborted);
            }
            await context.Response.Body.WriteAsync(Events[sent % Events.Length], context.RequestAborted);
        }
        return Results.Empty;
    }

    private static async Task<IResult> SocketAsync(
        HttpContext context,
        TimeProvider time,
        IHostApplicationLifetime lifetime
    )
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            return Results.StatusCode(StatusCodes.Status426UpgradeRequired);
        }
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        using var conversation = new NotificationSocket(socket, time);
        await conversation.HoldAsync(lifetime.ApplicationStopping, context.RequestAborted);
        return Results.Empty;
    }

    private static byte[] Event(Notification note) =>
        Encoding.UTF8.GetBytes(
            FormattableString.Invariant(
                $"id: {note.Id}\ndata: {JsonSerializer.Serialize(note, DemoJson.Default.Notification)}\n\n"
            )
        );
}
