using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PerfGate.Tests.K6;

/// <summary>A server that answers so that whoever reads the answer is kept busy, over HTTP and HTTPS.</summary>
public sealed class HostileTarget : IAsyncLifetime
{
    private const int Megabyte = 1024 * 1024;

    private readonly WebApplication _app;

    public HostileTarget()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Listen(IPAddress.Loopback, 0);
            options.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(Certificate()));
        });
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.UseWebSockets();
        _app.MapGet("/stalls", context => StallAsync(context, length: null));
        _app.MapGet(
            "/stalls/promising/{length:long}",
            (HttpContext context, long length) => StallAsync(context, length)
        );
        _app.MapGet("/trickles", TrickleAsync);
        _app.MapGet("/sends/{megabytes:int}", (HttpContext context, int megabytes) => SendAsync(context, megabytes));
        _app.MapGet("/floods", context => SendAsync(context, int.MaxValue));
        _app.MapGet("/unpacks-to/{megabytes:int}", UnpackAsync);
        _app.Map("/ws/sends/{megabytes:int}", SendMessageAsync);
    }

    public string Url => _app.Urls.First(url => url.StartsWith("http:", StringComparison.Ordinal));

    public string SecureUrl => _app.Urls.First(url => url.StartsWith("https:", StringComparison.Ordinal));

    public async ValueTask InitializeAsync() => await _app.StartAsync();

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private static async Task StallAsync(HttpContext context, long? length)
    {
        context.Response.ContentLength = length;
        await context.Response.WriteAsync("begun");
        await context.Response.Body.FlushAsync();
        await Task.Delay(Timeout.Infinite, context.RequestAborted);
    }

    private static async Task TrickleAsync(HttpContext context)
    {
        while (true)
        {
            await context.Response.WriteAsync("x", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(50, context.RequestAborted);
        }
    }

    private static async Task SendAsync(HttpContext context, int megabytes)
    {
        var block = new byte[Megabyte];
        for (var i = 0; i < megabytes; i++)
        {
            await context.Response.Body.WriteAsync(block, context.RequestAborted);
        }
    }

    private static async Task UnpackAsync(HttpContext context, int megabytes)
    {
        context.Response.Headers.ContentEncoding = "gzip";
        await using var packed = new GZipStream(context.Response.Body, CompressionLevel.Optimal);
        var block = new byte[Megabyte];
        for (var i = 0; i < megabytes; i++)
        {
            await packed.WriteAsync(block, context.RequestAborted);
        }
    }

    private static async Task SendMessageAsync(HttpContext context, int megabytes)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var block = new byte[Megabyte];
        Array.Fill(block, (byte)'x');
        for (var i = 1; i <= megabytes; i++)
        {
            await socket.SendAsync(
                block,
                System.Net.WebSockets.WebSocketMessageType.Text,
                endOfMessage: i == megabytes,
                context.RequestAborted
            );
        }
        await socket.ReceiveAsync(new byte[128], context.RequestAborted);
    }

    private static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        using var signed = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(signed.Export(X509ContentType.Pkcs12), null);
    }
}
