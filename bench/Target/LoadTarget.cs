using System.Diagnostics;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace PerfGate.Bench.Target;

/// <summary>A loopback server that answers at once, and knows when its first and its last request came.</summary>
internal sealed class LoadTarget : IAsyncDisposable
{
    private static readonly byte[] Body = "{\"ok\":true}"u8.ToArray();
    private readonly WebApplication _app;
    private long _first;
    private long _last;

    private LoadTarget()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(context =>
        {
            var now = Stopwatch.GetTimestamp();
            Interlocked.CompareExchange(ref _first, now, 0);
            Interlocked.Exchange(ref _last, now);
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = Body.Length;
            return context.Response.Body.WriteAsync(Body).AsTask();
        });
    }

    /// <summary>Stopwatch ticks of the first request since the last reset; 0 for none.</summary>
    public long First => Interlocked.Read(ref _first);

    /// <summary>Stopwatch ticks of the last request.</summary>
    public long Last => Interlocked.Read(ref _last);

    /// <summary>Where it listens.</summary>
    public string Address =>
        _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Starts it on a free port.</summary>
    public static async Task<LoadTarget> StartAsync()
    {
        var target = new LoadTarget();
        await target._app.StartAsync();
        return target;
    }

    /// <summary>Forgets what came so far.</summary>
    public void Reset()
    {
        Interlocked.Exchange(ref _first, 0);
        Interlocked.Exchange(ref _last, 0);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
