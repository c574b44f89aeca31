using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Admission;

namespace PerfGate.Adapters.Http;

/// <summary>
/// Records, before it is answered, every refusal of something that changes, and every reading of what is audited when it is read.
/// Where that cannot be recorded, or what was to be done could not, the answer is 503.
/// </summary>
public sealed class AuditedAnswers(AuditLog audit) : IEndpointFilter
{
    private const int LongestReason = 1000;

    /// <inheritdoc />
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        object? answer = null;
        try
        {
            answer = await next(context);
            if (EntryOf(context.HttpContext, answer) is { } entry)
            {
                // Also for one who has gone away: that must not be a way to be refused in silence.
                await audit.AppendAsync(entry, CancellationToken.None);
            }
            return answer;
        }
        catch (AuditFailedException)
        {
            await DropAsync(answer);
            return Problems.Unrecorded();
        }
        catch
        {
            await DropAsync(answer);
            throw;
        }
    }

    private static AuditEntry? EntryOf(HttpContext context, object? answer)
    {
        var status = (answer as IStatusCodeHttpResult)?.StatusCode ?? StatusCodes.Status200OK;
        var reads =
            context.GetEndpoint()?.Metadata.GetMetadata<NeedsPermission>() is
            { Permission: Permission.Read or Permission.ReadAudit };
        return status switch
        {
            >= 500 => null,
            // What is not there, or cannot be read as asked, is no secret.
            >= 400 when reads && status != StatusCodes.Status403Forbidden => null,
            >= 400 => AuditedRequest.EntryOf(context, AuditOutcomes.Refused, Reason(status, answer)),
            _ when reads && context.GetEndpoint()?.Metadata.GetMetadata<Audited>() is not null =>
                AuditedRequest.EntryOf(context, AuditOutcomes.Done, null),
            _ => null,
        };
    }

    // Names of fields are whoever asks' own words, and what is recorded stays: a beginning will do.
    private static string Reason(int status, object? answer) =>
        Whole(status, answer) is var reason && reason.Length <= LongestReason
            ? reason
            : string.Concat(reason.AsSpan(0, LongestReason - 1), "…");

    // Fields by name alone: what was sent in them may be a secret.
    private static string Whole(int status, object? answer) =>
        answer switch
        {
            IValueHttpResult { Value: UnusableAnswer unusable } => FormattableString.Invariant(
                $"{status}: {string.Join(", ", unusable.Errors.Select(error => error.Field).Distinct())}"
            ),
            ProblemHttpResult { ProblemDetails.Detail: { } detail } => FormattableString.Invariant(
                $"{status}: {detail}"
            ),
            _ => FormattableString.Invariant($"{status}"),
        };

    private static async ValueTask DropAsync(object? answer)
    {
        if (answer is FileStreamHttpResult { FileStream: { } content })
        {
            await content.DisposeAsync();
        }
    }
}
