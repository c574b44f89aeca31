using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PerfGate.Adapters.Http;

namespace PerfGate.Functions.Http;

/// <summary>
/// What every request goes through, exactly as in the one-machine host: routing, tokens, and the routes of
/// <see cref="PerfGateRoutes"/>. The functions only tell the Functions host which paths there are.
/// </summary>
/// <param name="services">Of the app.</param>
/// <param name="further">Maps further routes, which are held to the same rules; none by default.</param>
public sealed class ApiPipeline(IServiceProvider services, Action<IEndpointRouteBuilder>? further = null)
{
    private readonly Lazy<RequestDelegate> _pipeline = new(() =>
    {
        var app = new ApplicationBuilder(services);
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseEndpoints(routes =>
        {
            further?.Invoke(routes);
            routes.MapPerfGate();
        });
        return app.Build();
    });

    /// <summary>Builds it, where it is not built yet.</summary>
    /// <exception cref="InvalidOperationException">A route does not say who may use it, or what it changes.</exception>
    public void Build() => _ = _pipeline.Value;

    /// <summary>Answers a request.</summary>
    public Task AnswerAsync(HttpContext context)
    {
        // Found by the Functions host, for the function that brought us here; it knows nothing of who may ask.
        context.SetEndpoint(null);
        return _pipeline.Value(context);
    }
}
