using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace PerfGate.Functions.Http;

/// <summary>Stored tests, and their execution.</summary>
public sealed class TestFunctions(Api api)
{
    /// <summary><c>POST /api/performance/tests/execute</c>.</summary>
    [Function("ExecuteTest")]
    public Task<IResult> ExecuteTestAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/performance/tests/execute")]
            HttpRequest request,
        [DurableClient] DurableTaskClient durable
    ) => api.AnswerAsync(request, durable);

    /// <summary><c>GET /api/performance/tests</c>.</summary>
    [Function("ListTests")]
    public Task<IResult> ListTestsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/performance/tests")] HttpRequest request
    ) => api.AnswerAsync(request);

    /// <summary><c>POST /api/performance/tests</c>.</summary>
    [Function("DefineTest")]
    public Task<IResult> DefineTestAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/performance/tests")] HttpRequest request
    ) => api.AnswerAsync(request);

    /// <summary><c>GET /api/performance/tests/{id}</c>.</summary>
    [Function("GetTest")]
    public Task<IResult> GetTestAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/performance/tests/{id:guid}")]
            HttpRequest request
    ) => api.AnswerAsync(request);

    /// <summary><c>DELETE /api/performance/tests/{id}</c>.</summary>
    [Function("DeleteTest")]
    public Task<IResult> DeleteTestAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/performance/tests/{id:guid}")]
            HttpRequest request
    ) => api.AnswerAsync(request);

    /// <summary><c>PUT /api/performance/tests/{id}/config</c>.</summary>
    [Function("PutTestConfiguration")]
    public Task<IResult> PutTestConfigurationAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "api/performance/tests/{id:guid}/config")]
            HttpRequest request
    ) => api.AnswerAsync(request);

    /// <summary><c>PUT /api/performance/tests/{id}/schedule</c>.</summary>
    [Function("PutTestSchedule")]
    public Task<IResult> PutTestScheduleAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "api/performance/tests/{id:guid}/schedule")]
            HttpRequest request
    ) => api.AnswerAsync(request);
}
