using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PerfGate.Adapters.Http.OpenApi;

namespace PerfGate.Adapters.Http;

/// <summary>Every route of the API in one place.</summary>
public static class PerfGateRoutes
{
    /// <summary>Maps them. All want a token, but health, readiness and the API's own description.</summary>
    public static IEndpointRouteBuilder MapPerfGate(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", () => Results.Ok(new { status = "healthy" })).AllowAnonymous();
        routes.MapGet("/ready", ReadyEndpoint.GetAsync).AllowAnonymous();

        // The document and its page say nothing that is secret, and are read before anybody has a token.
        routes.MapGet("/api/performance/openapi.json", ApiDocumentEndpoints.Document).AllowAnonymous();
        routes.MapGet("/api/performance/docs", ApiDocumentEndpoints.Show).AllowAnonymous();
        routes.MapGet("/api/performance/docs/{file}", ApiDocumentEndpoints.Asset).AllowAnonymous();

        var api = routes.MapGroup("/api/performance").AddEndpointFilter<RouteGroupBuilder, DatabaseAwayFilter>();
        api.MapPost("/tests/execute", ExecuteEndpoint.HandleAsync);
        api.MapGet("/tests", TestsEndpoint.ListAsync);
        api.MapPost("/tests", TestsEndpoint.DefineAsync);
        api.MapGet("/tests/{id:guid}", TestEndpoint.GetAsync);
        api.MapDelete("/tests/{id:guid}", TestEndpoint.DeleteAsync);
        api.MapPut("/tests/{id:guid}/config", TestEndpoint.PutConfigurationAsync);
        api.MapPut("/tests/{id:guid}/schedule", TestEndpoint.PutScheduleAsync);
        api.MapGet("/runs", RunHistoryEndpoint.ListAsync);
        api.MapGet("/runs/compare", RunCompareEndpoint.CompareAsync);
        api.MapPost("/runs/import", ImportEndpoint.HandleAsync);
        api.MapGet("/runs/{testId:guid}", RunEndpoint.GetAsync);
        api.MapGet("/runs/{testId:guid}/gate", RunEndpoint.GateAsync);
        api.MapPost("/runs/{testId:guid}/cancel", RunEndpoint.CancelAsync);
        api.MapGet("/runs/{testId:guid}/report", ArtifactEndpoints.ReportAsync);
        api.MapGet("/runs/{testId:guid}/script", ArtifactEndpoints.ScriptAsync);
        api.MapGet("/runs/{testId:guid}/series", SeriesEndpoint.GetAsync);
        api.MapGet("/runs/{testId:guid}/log", ArtifactEndpoints.LogAsync);
        api.MapGet("/runs/{testId:guid}/events", RunEventsEndpoint.FollowAsync);
        api.MapGet("/baselines", BaselineEndpoints.ListAsync);
        api.MapPost("/baselines", BaselineEndpoints.EstablishAsync);
        api.MapPost("/baselines/{id:guid}/update", BaselineEndpoints.UpdateAsync);
        api.MapGet("/baselines/{id:guid}/history", BaselineEndpoints.HistoryAsync);
        api.MapPost("/baselines/{id:guid}/undo", BaselineEndpoints.UndoAsync);
        return routes;
    }
}
