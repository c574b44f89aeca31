using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace PerfGate.Functions.Http;

/// <summary>Runs: their history, results, and what they left.</summary>
public sealed class RunFunctions(Api api)
{
    /// <summary><c>GET /api/performance/runs</c>.</summary>
    [Function("ListRuns")]
    public Task<IResult> ListRunsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/performance/runs")] HttpRequest request
    ) => api.AnswerAsync(request);

    /// <summary><c>GET /api/performance/runs/compare</c>.</summary>
    [Function("CompareRuns")]
    public Task<IResult> CompareRunsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/performance/runs/compare")] HttpRequest request
    ) => api.AnswerAsync(request);

    /// <summary><c>POST /api/performance/runs/import</c>.</summary>
    [Function("ImportRun")]
    public Task<IResult> ImportRunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/performance/runs/import")] HttpRequest request
    ) => api.AnswerAsync(request);

    /// <summary><c>GET /api/performance/runs/{testId}</c>.</summary>
    [Function("GetRun")]
    public Task<IResult> GetRunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/performance/runs/{testId:guid}")]
            HttpRequest request
    ) => api.AnswerAsync(request);

    /// <summary><c>GET /api/performance/runs/{testId}/gate</c>.</summary>
    [Function("GetGate")]
    public Task<IResult> GetGateAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/performance/runs/{testId:guid}/gate")]
            HttpRequest request
    ) => api.AnswerAsync(request);

    /// <summary><c>POST /api/performance/runs/{testId}/cancel</c>.</summary>
    [Function("CancelRun")]
    public Task<IResult> CancelRunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/performance/runs/{testId:guid}/cancel")]
            HttpRequest request,
        [DurableClient] DurableTaskClient durable
    ) => api.AnswerAsync(request, durable);

    /// <summary><c>GET /api/performance/runs/{testId}/report</c>.</summary>
    [Function("GetReport")]
    public Task<IResult> GetReportAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/performance/runs/{testId:guid}/report")]
            HttpRequest request
    ) => api.AnswerAsync(request);

    /// <summary><c>GET /api/performance/runs/{testId}/script</c>.</summary>
    [Function("GetScript")]
    public Task<IResult> GetScriptAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/performance/runs/{testId:guid}/script")]
            HttpRequest request
    ) => api.AnswerAsync(request);

    /// <summary><c>GET /api/performance/runs/{testId}/series</c>.</summary>
    [Function("GetSeries")]
    public Task<IResult> GetSeriesAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/performance/runs/{testId:guid}/series")]
            HttpRequest request
    ) => api.AnswerAsync(request);

    /// <summary><c>GET /api/performance/runs/{testId}/log</c>.</summary>
    [Function("GetLog")]
    public Task<IResult> GetLogAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/performance/runs/{testId:guid}/log")]
            HttpRequest request
    ) => api.AnswerAsync(request);

    /// <summary><c>GET /api/performance/runs/{testId}/events</c>.</summary>
    [Function("FollowRun")]
    public Task<IResult> FollowRunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/performance/runs/{testId:guid}/events")]
            HttpRequest request
    ) => api.StreamAsync(request);
}
