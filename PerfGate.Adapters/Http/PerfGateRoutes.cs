using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PerfGate.Adapters.Http.OpenApi;
using PerfGate.Core.Admission;

namespace PerfGate.Adapters.Http;

/// <summary>Every route of the API in one place.</summary>
public static class PerfGateRoutes
{
    /// <summary>Maps them. All want a token, but health, readiness and the API's own description.</summary>
    /// <exception cref="InvalidOperationException">A route does not say who may use it.</exception>
    public static IEndpointRouteBuilder MapPerfGate(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", () => Results.Ok(new { status = "healthy" })).AllowAnonymous();
        routes.MapGet("/ready", ReadyEndpoint.GetAsync).AllowAnonymous();

        // The document and its page say nothing that is secret, and are read before anybody has a token.
        routes.MapGet("/api/performance/openapi.json", ApiDocumentEndpoints.Document).AllowAnonymous();
        routes.MapGet("/api/performance/docs", ApiDocumentEndpoints.Show).AllowAnonymous();
        routes.MapGet("/api/performance/docs/{file}", ApiDocumentEndpoints.Asset).AllowAnonymous();

        var api = routes
            .MapGroup("/api/performance")
            .AddEndpointFilter<RouteGroupBuilder, BrokenRequestFilter>()
            .AddEndpointFilter<RouteGroupBuilder, AwayFilter>()
            .AddEndpointFilter<RouteGroupBuilder, AuditedAnswers>();
        api.MapPost("/tests/execute", ExecuteEndpoint.HandleAsync).Needs(Permission.Run).Audited(AuditActions.Execute);
        api.MapGet("/tests", TestsEndpoint.ListAsync).Needs(Permission.Read);
        api.MapPost("/tests", TestsEndpoint.DefineAsync).Needs(Permission.EditTests).Audited(AuditActions.DefineTest);
        api.MapGet("/tests/{id:guid}", TestEndpoint.GetAsync).Needs(Permission.Read);
        api.MapDelete("/tests/{id:guid}", TestEndpoint.DeleteAsync)
            .Needs(Permission.EditTests)
            .Audited(AuditActions.DeleteTest);
        api.MapPut("/tests/{id:guid}/config", TestEndpoint.PutConfigurationAsync)
            .Needs(Permission.EditTests)
            .Audited(AuditActions.ConfigureTest);
        api.MapPut("/tests/{id:guid}/schedule", TestEndpoint.PutScheduleAsync)
            .Needs(Permission.EditTests)
            .Audited(AuditActions.ScheduleTest);
        api.MapGet("/runs", RunHistoryEndpoint.ListAsync).Needs(Permission.Read);
        api.MapGet("/runs/compare", RunCompareEndpoint.CompareAsync).Needs(Permission.Read);
        api.MapPost("/runs/import", ImportEndpoint.HandleAsync).Needs(Permission.Import).Audited(AuditActions.Import);
        api.MapGet("/runs/{testId:guid}", RunEndpoint.GetAsync).Needs(Permission.Read);
        api.MapGet("/runs/{testId:guid}/gate", RunEndpoint.GateAsync).Needs(Permission.Read);
        api.MapPost("/runs/{testId:guid}/cancel", RunEndpoint.CancelAsync)
            .Needs(Permission.Cancel)
            .Audited(AuditActions.Cancel);
        api.MapGet("/runs/{testId:guid}/report", ArtifactEndpoints.ReportAsync).Needs(Permission.Read);
        api.MapGet("/runs/{testId:guid}/script", ArtifactEndpoints.ScriptAsync)
            .Needs(Permission.Read)
            .Audited(AuditActions.ReadScript);
        api.MapGet("/runs/{testId:guid}/series", SeriesEndpoint.GetAsync).Needs(Permission.Read);
        api.MapGet("/runs/{testId:guid}/log", ArtifactEndpoints.LogAsync).Needs(Permission.Read);
        api.MapGet("/runs/{testId:guid}/events", RunEventsEndpoint.FollowAsync).Needs(Permission.Read);
        api.MapGet("/emergency-stop", EmergencyStopEndpoint.ListAsync).Needs(Permission.Read);
        api.MapPost("/emergency-stop", EmergencyStopEndpoint.StopAsync)
            .Needs(Permission.StopAll)
            .Audited(AuditActions.StopAll);
        api.MapDelete("/emergency-stop", EmergencyStopEndpoint.LiftAsync)
            .Needs(Permission.LiftStop)
            .Audited(AuditActions.LiftStop);
        api.MapGet("/baselines", BaselineEndpoints.ListAsync).Needs(Permission.Read);
        api.MapPost("/baselines", BaselineEndpoints.EstablishAsync)
            .Needs(Permission.PromoteBaselines)
            .Audited(AuditActions.EstablishBaseline);
        api.MapPost("/baselines/{id:guid}/update", BaselineEndpoints.UpdateAsync)
            .Needs(Permission.PromoteBaselines)
            .Audited(AuditActions.UpdateBaseline);
        api.MapGet("/baselines/{id:guid}/history", BaselineEndpoints.HistoryAsync).Needs(Permission.Read);
        api.MapPost("/baselines/{id:guid}/undo", BaselineEndpoints.UndoAsync)
            .Needs(Permission.PromoteBaselines)
            .Audited(AuditActions.UndoBaseline);
        api.MapGet("/audit", AuditEndpoint.ListAsync).Needs(Permission.ReadAudit);
        Access.CheckThatEveryRouteSaysWhom(routes);
        return routes;
    }
}
