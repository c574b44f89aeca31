using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Admission;

namespace PerfGate.Adapters.Http;

/// <summary>
/// Says in a problem document which role is missing, where the framework would say nothing but 403; and records it. Those without a
/// valid token are counted.
/// </summary>
internal sealed class RefusalAnswers(AuditLog audit, Strangers strangers) : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _usual = new();

    /// <inheritdoc />
    public async Task HandleAsync(
        RequestDelegate next,
        HttpContext context,
        AuthorizationPolicy policy,
        PolicyAuthorizationResult authorizeResult
    )
    {
        if (authorizeResult.Challenged)
        {
            strangers.Note(context.Connection.RemoteIpAddress);
        }
        if (
            !authorizeResult.Forbidden
            || context.GetEndpoint()?.Metadata.GetMetadata<NeedsPermission>() is not { } needs
        )
        {
            await _usual.HandleAsync(next, context, policy, authorizeResult);
            return;
        }
        var (permission, needed) = (needs.Permission, AccessPolicy.NeededAnywhere(needs.Permission));
        var refusal = Problems.Forbidden(permission, "anywhere", needed, Access.RoleOf(context.User));
        var why = FormattableString.Invariant(
            $"403: {context.Request.Method} {context.Request.Path} needs the role {RoleNames.NameOf(needed)}"
        );
        try
        {
            await audit.AppendAsync(
                AuditedRequest.EntryOf(context, AuditOutcomes.Refused, why),
                CancellationToken.None
            );
        }
        catch (Exception unrecorded) when (unrecorded is AuditFailedException || DatabaseAway.Explains(unrecorded))
        {
            refusal = Problems.Unrecorded();
        }
        await refusal.ExecuteAsync(context);
    }
}
