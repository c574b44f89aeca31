using Microsoft.AspNetCore.Http;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Http;

/// <summary><c>emergency-stop</c>: ends every load at once and lets none begin, until it is lifted.</summary>
public static class EmergencyStopEndpoint
{
    // Longer than any database that answers at all takes for it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary><c>GET</c>: what is in force.</summary>
    public static async Task<IResult> ListAsync(EmergencyStops stops, CancellationToken cancellation) =>
        Results.Json(new StopsAnswer(await stops.ListAsync(cancellation)), RunJson.Options);

    /// <summary><c>POST {reason, environment?}</c>: cancels every run that waits or is under load; without an environment, of all.</summary>
    public static async Task<IResult> StopAsync(
        HttpContext context,
        EmergencyStops stops,
        IRunStarter starter,
        Limits limits,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        if (await RequestBody.ReadAsync(context.Request, limits.RequestBytes, cancellation) is not { } body)
        {
            return RequestBody.TooLarge(limits);
        }
        var read = StopRequest.Read(body, limits);
        if (read.Value is not { } request)
        {
            return Problems.Unusable(read.Errors);
        }
        var environments = Of(request.Environment);
        if (Refuse(context, Permission.StopAll, environments) is { } refusal)
        {
            return refusal;
        }
        // Whoever pulls it and hangs up wants it all the same.
        using var bound = new CancellationTokenSource(Patience, time);
        var answer = await stops.StopAsync(environments, AuditedRequest.CallerOf(context), request.Reason, bound.Token);
        await HastenAsync(answer.Cancelling, starter, bound.Token);
        return Results.Json(answer, RunJson.Options);
    }

    // It is in their rows already: a load that is not told ends when it is looked at next.
    private static async Task HastenAsync(IEnumerable<Guid> runs, IRunStarter starter, CancellationToken cancellation)
    {
        try
        {
            foreach (var run in runs)
            {
                await starter.HastenCancelAsync(run, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // Out of patience.
        }
    }

    /// <summary><c>DELETE ?environment=</c>: lifts it; without an environment, everywhere.</summary>
    public static async Task<IResult> LiftAsync(
        HttpContext context,
        EmergencyStops stops,
        CancellationToken cancellation
    )
    {
        var query = new QueryFields(context.Request.Query, "environment");
        var environments = Of(query.Choice<TargetEnvironment>("environment"));
        if (query.Errors.Count > 0)
        {
            return Problems.Unusable(query.Errors);
        }
        return Refuse(context, Permission.LiftStop, environments)
            ?? Results.Json(
                new StopsAnswer(await stops.LiftAsync(environments, AuditedRequest.CallerOf(context), cancellation)),
                RunJson.Options
            );
    }

    private static TargetEnvironment[] Of(TargetEnvironment? environment) =>
        environment is { } one ? [one] : Enum.GetValues<TargetEnvironment>();

    private static IResult? Refuse(HttpContext context, Permission permission, TargetEnvironment[] environments) =>
        environments
            .Select(environment => Access.Refuse(context, permission, environment))
            .FirstOrDefault(refusal => refusal is not null);
}

/// <summary>The emergency stops in force.</summary>
/// <param name="Stops">One for each environment that is stopped.</param>
public sealed record StopsAnswer(IReadOnlyList<EmergencyStop> Stops);
