using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Http;

/// <summary>The past that runs are held against.</summary>
public static class BaselineEndpoints
{
    private static readonly FieldError TestIdMissing = new(
        "testId",
        "is missing or no UUID",
        "the testId of a passed run"
    );

    /// <summary><c>GET baselines</c>.</summary>
    public static async Task<IResult> ListAsync(PerformanceBaselineManager baselines, CancellationToken cancellation) =>
        Results.Json(new { baselines = await baselines.ListAsync(cancellation) }, RunJson.Options);

    /// <summary><c>POST baselines {testId}</c>: makes a passed run the baseline of its test type and environment.</summary>
    public static async Task<IResult> EstablishAsync(
        HttpContext context,
        PerformanceBaselineManager baselines,
        CancellationToken cancellation
    )
    {
        if (await ReadTestIdAsync(context.Request, cancellation) is not { } testId)
        {
            return Problems.Unusable([TestIdMissing]);
        }
        var answer = await baselines.EstablishAsync(testId, context.User.FindFirstValue("sub"), cancellation);
        return answer.Baseline is { } baseline
            ? Results.Json(baseline, RunJson.Options, statusCode: StatusCodes.Status201Created)
            : Problems.Conflict(answer.Refusal!);
    }

    private static async Task<Guid?> ReadTestIdAsync(HttpRequest request, CancellationToken cancellation)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: cancellation);
            return
                body.RootElement.ValueKind == JsonValueKind.Object
                && body.RootElement.TryGetProperty("testId", out var id)
                && id.ValueKind == JsonValueKind.String
                && id.TryGetGuid(out var testId)
                ? testId
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
