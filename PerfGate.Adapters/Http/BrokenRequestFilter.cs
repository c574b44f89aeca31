using Microsoft.AspNetCore.Http;

namespace PerfGate.Adapters.Http;

/// <summary>
/// A body that came too slowly, too large for the server, or not to its end is its sender's fault, and no surprise of ours.
/// </summary>
internal sealed class BrokenRequestFilter : IEndpointFilter
{
    /// <inheritdoc />
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (BadHttpRequestException broken)
        {
            context.HttpContext.Response.Headers.Connection = "close";
            return Results.Problem(
                broken.Message,
                statusCode: broken.StatusCode,
                title: "The request did not arrive as it should"
            );
        }
    }
}
