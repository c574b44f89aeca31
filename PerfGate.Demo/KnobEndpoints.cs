namespace PerfGate.Demo;

internal static class KnobEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/knobs", (Misbehaviour misbehaviour) => misbehaviour.Knobs);
        routes.MapPut(
            "/knobs",
            (KnobChange change, Misbehaviour misbehaviour) =>
            {
                var knobs = change.ApplyTo(misbehaviour.Knobs);
                if (knobs.Problems() is { Count: > 0 } problems)
                {
                    return Results.UnprocessableEntity(problems.ToArray());
                }
                misbehaviour.Knobs = knobs;
                return Results.Ok(knobs);
            }
        );
        routes.MapPost(
            "/knobs/reset",
            (Misbehaviour misbehaviour) =>
            {
                misbehaviour.Reset();
                return misbehaviour.Knobs;
            }
        );
    }
}
