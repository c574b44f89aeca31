using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace PerfGate.Functions.Http;

/// <summary>The audit trail.</summary>
public sealed class AuditFunctions(Api api)
{
    /// <summary><c>GET /api/performance/audit</c>.</summary>
    [Function("ReadAudit")]
    public Task<IResult> ReadAuditAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/performance/audit")] HttpRequest request
    ) => api.StreamAsync(request);
}
