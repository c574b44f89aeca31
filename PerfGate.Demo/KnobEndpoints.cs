using System.Text.Json;

namespace PerfGate.Demo;

internal static class KnobEndpoints
{
    private const string Expected =
        "The body must be a JSON object (application/json) of numbers named latencyMs, latencyJitterMs, errorRate, "
        + "slowQueryMs, slowQueryEvery or leakBytesPerRequest.";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/knobs", (Misbehaviour misbehaviour) => misbehaviour.Knobs);
        routes.MapPut("/knobs", TurnAsync);
        routes.MapPost(
            "/knobs/reset",
            (Misbehaviour misbehaviour) =>
            {
                misbehaviour.Reset();
                return misbehaviour.Knobs;
            }
        );
    }

    private static async Task<IResult> TurnAsync(HttpRequest request, Misbehaviour misbehaviour)
    {
        if (await ReadAsync(request) is not { } change)
        {
            return Results.BadRequest<string[]>([Expected]);
        }
        var knobs = change.ApplyTo(misbehaviour.Knobs);
        if (knobs.Problems() is { Count: > 0 } problems)
        {
            return Results.UnprocessableEntity(problems.ToArray());
        }
        misbehaviour.Knobs = knobs;
        return Results.Ok(knobs);
    }

    private static async Task<KnobChange?> ReadAsync(HttpRequest request)
    {
        try
        {
            return request.HasJsonContentType()
                ? await request.ReadFromJsonAsync(DemoJson.Default.KnobChange, request.HttpContext.RequestAborted)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
