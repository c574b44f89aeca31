using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace PerfGate.Tests.ContainerInstances;

/// <summary>A blob service that never answers: a runner that uses it lives until it is ended.</summary>
internal sealed class SilentBlobs : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _ended = new();

    private SilentBlobs(WebApplication app) => _app = app;

    public Uri Location => new($"{_app.Urls.First()}/account/container/run/?sig=secret");

    public static async Task<SilentBlobs> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var silent = new SilentBlobs(builder.Build());
        silent._app.Run(async context =>
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(
                context.RequestAborted,
                silent._ended.Token
            );
            await Task.Delay(Timeout.Infinite, either.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        await silent._app.StartAsync();
        return silent;
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _app.DisposeAsync();
        _ended.Dispose();
    }
}
