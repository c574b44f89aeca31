using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using PerfGate.Core.Admission;

namespace PerfGate.Adapters.Http;

/// <summary>Says in a problem document which role is missing, where the framework would say nothing but 403.</summary>
internal sealed class RefusalAnswers : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _usual = new();

    /// <inheritdoc />
    public Task HandleAsync(
        RequestDelegate next,
        HttpContext context,
        AuthorizationPolicy policy,
        PolicyAuthorizationResult authorizeResult
    ) =>
        authorizeResult.Forbidden && context.GetEndpoint()?.Metadata.GetMetadata<NeedsPermission>() is { } needs
            ? Problems
                .Forbidden(
                    needs.Permission,
                    "anywhere",
                    AccessPolicy.NeededAnywhere(needs.Permission),
                    Access.RoleOf(context.User)
                )
                .ExecuteAsync(context)
            : _usual.HandleAsync(next, context, policy, authorizeResult);
}
