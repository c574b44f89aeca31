using System.Collections.Concurrent;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace PerfGate.Bench.Kills;

/// <summary>Answers well below <c>/well/</c> and with 500 below <c>/unwell/</c>, and counts the requests of each run by the last part of the path.</summary>
internal sealed class KillTarget : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, int> _requests = new();

    private KillTarget()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(context =>
        {
            var path = context.Request.Path.Value!;
            _requests.AddOrUpdate(path[(path.LastIndexOf('/') + 1)..], 1, (_, count) => count + 1);
            context.Response.StatusCode = path.StartsWith("/unwell/", StringComparison.Ordinal) ? 500 : 200;
            return Task.CompletedTask;
        });
    }

    /// <summary>Where it listens.</summary>
    public string Address =>
        _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Starts it on a free port.</summary>
    public static async Task<KillTarget> StartAsync()
    {
        var target = new KillTarget();
        await target._app.StartAsync();
        return target;
    }

    /// <summary>Requests that a run has made.</summary>
    public int RequestsOf(string run) => _requests.GetValueOrDefault(run);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
