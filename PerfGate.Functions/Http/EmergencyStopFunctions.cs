using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace PerfGate.Functions.Http;

/// <summary>The emergency stop.</summary>
public sealed class EmergencyStopFunctions(Api api)
{
    /// <summary><c>GET /api/performance/emergency-stop</c>.</summary>
    [Function("GetEmergencyStop")]
    public Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/performance/emergency-stop")] HttpRequest request
    ) => api.AnswerAsync(request);

    /// <summary><c>POST /api/performance/emergency-stop</c>.</summary>
    [Function("StopAll")]
    public Task<IResult> StopAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/performance/emergency-stop")]
            HttpRequest request,
        [DurableClient] DurableTaskClient durable
    ) => api.AnswerAsync(request, durable);

    /// <summary><c>DELETE /api/performance/emergency-stop</c>.</summary>
    [Function("LiftEmergencyStop")]
    public Task<IResult> LiftAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/performance/emergency-stop")]
            HttpRequest request
    ) => api.AnswerAsync(request);
}
