using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Http;

/// <summary>What a route is for, and so whom it hears out.</summary>
/// <param name="Permission">What its caller must be allowed to do, on one environment at least.</param>
public sealed record NeedsPermission(Permission Permission) : IAuthorizationRequirement;

/// <summary>The policy table at the routes.</summary>
public static class Access
{
    /// <summary>Says what a route is for. Whether the caller may do it on the environment in question the route itself asks.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder route, Permission permission)
        where TBuilder : IEndpointConventionBuilder =>
        route
            .WithMetadata(new NeedsPermission(permission))
            .RequireAuthorization(policy =>
                policy.RequireAuthenticatedUser().AddRequirements(new NeedsPermission(permission))
            );

    /// <summary>The caller's highest role; null without one.</summary>
    public static Role? RoleOf(ClaimsPrincipal caller) =>
        RoleNames.Highest(caller.FindAll(RoleNames.Claim).Select(claim => claim.Value));

    /// <summary>403 where the caller may not do this on this environment; null where it may.</summary>
    public static IResult? Refuse(HttpContext context, Permission permission, TargetEnvironment environment)
    {
        AuditedRequest.IsOn(context, environment);
        var needed = AccessPolicy.Needed(permission, environment);
        return RoleOf(context.User) >= needed
            ? null
            : Problems.Forbidden(
                permission,
                $"on {environment.ToString().ToLowerInvariant()}",
                needed,
                RoleOf(context.User)
            );
    }

    /// <summary>
    /// Every route says what it is for, or that it is open to all; and, where it changes something, what the audit trail calls that.
    /// </summary>
    /// <exception cref="InvalidOperationException">One does not: the server does not start.</exception>
    public static void CheckThatEveryRouteSaysWhom(IEndpointRouteBuilder routes)
    {
        var silent = routes
            .DataSources.SelectMany(source => source.Endpoints)
            .Where(route =>
                route.Metadata.GetMetadata<NeedsPermission>() is null
                && route.Metadata.GetMetadata<IAllowAnonymous>() is null
            )
            .Select(route => route.DisplayName)
            .ToList();
        if (silent.Count > 0)
        {
            throw new InvalidOperationException(
                $"Routes that do not say who may use them: {string.Join(", ", silent)}. Add .Needs(Permission...)."
            );
        }
        var unrecorded = routes
            .DataSources.SelectMany(source => source.Endpoints)
            .Where(route =>
                route.Metadata.GetMetadata<NeedsPermission>()
                    is { Permission: not (Permission.Read or Permission.ReadAudit) }
                && route.Metadata.GetMetadata<Audited>() is null
            )
            .Select(route => route.DisplayName)
            .ToList();
        if (unrecorded.Count > 0)
        {
            throw new InvalidOperationException(
                $"Routes that change something and do not say what: {string.Join(", ", unrecorded)}. Add .Audited(AuditActions...)."
            );
        }
    }
}

/// <summary>Holds a caller's roles against what a route needs.</summary>
internal sealed class PermissionHandler : AuthorizationHandler<NeedsPermission>
{
    /// <inheritdoc />
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, NeedsPermission requirement)
    {
        if (Access.RoleOf(context.User) >= AccessPolicy.NeededAnywhere(requirement.Permission))
        {
            context.Succeed(requirement);
        }
        return Task.CompletedTask;
    }
}
