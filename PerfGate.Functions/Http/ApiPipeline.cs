using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using PerfGate.Adapters.Http;

namespace PerfGate.Functions.Http;

/// <summary>
/// What every request goes through, exactly as in the one-machine host: routing, tokens, and the routes of
/// <see cref="PerfGateRoutes"/>. The functions only tell the Functions host which paths there are.
/// </summary>
public sealed class ApiPipeline(IServiceProvider services)
{
    private readonly Lazy<RequestDelegate> _pipeline = new(() =>
    {
        var app = new ApplicationBuilder(services);
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseEndpoints(routes => routes.MapPerfGate());
        return app.Build();
    });

    /// <summary>Answers a request.</summary>
    public Task AnswerAsync(HttpContext context)
    {
        // Found by the Functions host, for the function that brought us here; it knows nothing of who may ask.
        context.SetEndpoint(null);
        return _pipeline.Value(context);
    }
}
