using System.Globalization;
using Microsoft.AspNetCore.Http;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Http;

/// <summary>Refusals as problem documents (RFC 9457).</summary>
public static class Problems
{
    /// <summary>422: the input was read, and these fields cannot be used.</summary>
    public static IResult Unusable(IReadOnlyList<FieldError> errors) =>
        Results.Json(
            new UnusableAnswer(
                "about:blank",
                "The request cannot be used",
                StatusCodes.Status422UnprocessableEntity,
                errors.Count == 1
                    ? "1 field has a problem."
                    : FormattableString.Invariant($"{errors.Count} fields have problems."),
                errors
            ),
            RunJson.Options,
            "application/problem+json",
            StatusCodes.Status422UnprocessableEntity
        );

    /// <summary>403: the caller's role is not enough for this.</summary>
    /// <param name="permission">What was asked for.</param>
    /// <param name="where">Where it was.</param>
    /// <param name="needed">The least role that may.</param>
    /// <param name="role">The caller's; null for none.</param>
    public static IResult Forbidden(Permission permission, string where, Role needed, Role? role) =>
        Of(
            StatusCodes.Status403Forbidden,
            "Not allowed",
            $"To {AccessPolicy.Rules.Single(rule => rule.Permission == permission).What} {where} needs the role "
                + $"{RoleNames.NameOf(needed)}; {(role is { } has ? $"the token's is {RoleNames.NameOf(has)}" : "the token has none")}."
        );

    /// <summary>404: no such run, test or artifact.</summary>
    public static IResult Unknown(string what, Guid id) =>
        Of(StatusCodes.Status404NotFound, "Not found", $"There is no {what} {id}.");

    /// <summary>404: the run exists, but has not left this yet.</summary>
    public static IResult NotYet(string what) =>
        Of(
            StatusCodes.Status404NotFound,
            "Not there yet",
            $"The run has no {what} yet: it is written when the run ends."
        );

    /// <summary>404: the run has ended without leaving this.</summary>
    public static IResult Never(string what) =>
        Of(StatusCodes.Status404NotFound, "Not there", $"The run has ended and left no {what}.");

    /// <summary>409: the state of things forbids it.</summary>
    public static IResult Conflict(string detail) => Of(StatusCodes.Status409Conflict, "Conflict", detail);

    /// <summary>429: asked for too much lately; <c>Retry-After</c> says when to ask again.</summary>
    public static IResult TooMuch(HttpContext context, TimeSpan wait, string detail)
    {
        var seconds = (long)Math.Max(1, Math.Ceiling(wait.TotalSeconds));
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return Of(
            StatusCodes.Status429TooManyRequests,
            "Too much was asked for",
            FormattableString.Invariant($"{detail} Ask again in {seconds} s.")
        );
    }

    /// <summary>503: not the caller's fault, and not for long.</summary>
    public static IResult Unavailable(string detail) =>
        Of(StatusCodes.Status503ServiceUnavailable, "Not available at the moment", detail);

    /// <summary>503: what cannot be recorded is not done.</summary>
    public static IResult Unrecorded() =>
        Unavailable("It could not be recorded in the audit trail, and was not done. Try again.");

    private static IResult Of(int status, string title, string detail) =>
        Results.Problem(detail, statusCode: status, title: title);
}

/// <summary>A problem document about fields.</summary>
internal sealed record UnusableAnswer(
    string Type,
    string Title,
    int Status,
    string Detail,
    IReadOnlyList<FieldError> Errors
);
