using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Http;

/// <summary>What the audit trail calls that which a route does.</summary>
/// <param name="Action">One of <see cref="AuditActions"/>.</param>
public sealed record Audited(string Action);

/// <summary>Requests as the audit trail sees them.</summary>
internal static class AuditedRequest
{
    private sealed record Place(TargetEnvironment Environment);

    /// <summary>
    /// Says what a route does. What it changes it records itself, with the change; refusals, and what it lets read, are recorded
    /// for it (<see cref="AuditedAnswers"/>).
    /// </summary>
    public static TBuilder Audited<TBuilder>(this TBuilder route, string action)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new Audited(action));

    /// <summary>Who asks. Headers of a proxy say nothing.</summary>
    public static Caller CallerOf(HttpContext context) =>
        new(
            context.User.FindFirstValue("sub"),
            Access.RoleOf(context.User),
            Written(context.Connection.RemoteIpAddress)
        );

    /// <summary>An address as the audit trail writes it.</summary>
    public static string? Written(IPAddress? address) =>
        (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString();

    /// <summary>Notes the environment in question, once it is known.</summary>
    public static void IsOn(HttpContext context, TargetEnvironment environment) =>
        context.Features.Set(new Place(environment));

    /// <summary>An entry about this request, whatever its route.</summary>
    public static AuditEntry EntryOf(HttpContext context, string outcome, string? detail) =>
        new(
            CallerOf(context),
            context.GetEndpoint()?.Metadata.GetMetadata<Audited>()?.Action ?? AuditActions.Read,
            outcome
        )
        {
            Environment = context.Features.Get<Place>()?.Environment,
            Subject = (context.GetRouteValue("testId") ?? context.GetRouteValue("id")) as string,
            Detail = detail,
        };
}
