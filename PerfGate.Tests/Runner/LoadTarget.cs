using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PerfGate.Tests.Runner;

/// <summary>
/// A real server on a free loopback port that counts the requests of load engines. The port may have been another server's a moment
/// ago: who still asks for that one is no load.
/// </summary>
internal sealed class LoadTarget : IAsyncDisposable
{
    private readonly WebApplication _app;
    private long _requests;

    private LoadTarget(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single();

    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>What else reached it.</summary>
    public ConcurrentQueue<string> Strays { get; } = new();

    public static async Task<LoadTarget> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var target = new LoadTarget(app);
        app.Run(async context =>
        {
            var asking = context.Request.Headers.UserAgent.ToString();
            if (!asking.Contains("k6", StringComparison.OrdinalIgnoreCase))
            {
                target.Strays.Enqueue($"{context.Request.Method} {context.Request.Path} of '{asking}'");
                context.Response.StatusCode = 404;
                return;
            }
            Interlocked.Increment(ref target._requests);
            if (context.Request.Path == "/slow")
            {
                await Task.Delay(TimeSpan.FromMilliseconds(600), context.RequestAborted);
            }
            context.Response.StatusCode = context.Request.Path == "/missing" ? 404 : 200;
            await context.Response.WriteAsync("""{"ok":true}""");
        });
        await app.StartAsync();
        return target;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
