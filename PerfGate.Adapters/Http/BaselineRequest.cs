using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Http;

/// <summary>What is asked of a baseline: <c>{testId, reason?}</c>.</summary>
/// <param name="TestId">The run; null where none is asked for.</param>
/// <param name="Reason">Why, in a person's words; null where none is given.</param>
internal sealed record BaselineRequest(Guid? TestId, string? Reason)
{
    private const int MostBytes = 16 * 1024;
    private const int LongestReason = 500;

    /// <summary>Reads a body strictly, all errors at once. Where no run is asked for, it may be empty.</summary>
    public static async Task<Validated<BaselineRequest>> ReadAsync(
        HttpRequest request,
        bool wantsRun,
        CancellationToken cancellation
    )
    {
        if (await RequestBody.ReadAsync(request, MostBytes, cancellation) is not { } bytes)
        {
            return Refused("is too large", $"at most {MostBytes} bytes");
        }
        if (bytes.Length == 0 && !wantsRun)
        {
            return Validated<BaselineRequest>.Ok(new BaselineRequest(null, null));
        }
        try
        {
            using var body = JsonDocument.Parse(bytes);
            return body.RootElement.ValueKind == JsonValueKind.Object
                ? Read(body.RootElement, wantsRun)
                : Refused("is no object", wantsRun ? "{testId, reason}" : "{reason}");
        }
        catch (JsonException)
        {
            return Refused("is not valid JSON", "a JSON object");
        }
    }

    private static Validated<BaselineRequest> Read(JsonElement body, bool wantsRun)
    {
        var errors = new List<FieldError>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Guid? testId = null;
        string? reason = null;
        foreach (var field in body.EnumerateObject())
        {
            if (!seen.Add(field.Name))
            {
                errors.Add(new FieldError(field.Name, "is given twice", "each name once"));
            }
            else if (field.Name == "testId" && wantsRun)
            {
                testId =
                    field.Value.ValueKind == JsonValueKind.String && field.Value.TryGetGuid(out var id) ? id : null;
                if (testId is null)
                {
                    errors.Add(new FieldError("testId", "is no UUID", "the testId of a run"));
                }
            }
            else if (field.Name == "reason")
            {
                reason = field.Value.ValueKind == JsonValueKind.String ? field.Value.GetString() : null;
                if (field.Value.ValueKind != JsonValueKind.Null && !IsReason(reason))
                {
                    errors.Add(
                        new FieldError(
                            "reason",
                            "is no text that can be kept",
                            $"1 to {LongestReason} characters, no control characters"
                        )
                    );
                }
            }
            else
            {
                errors.Add(new FieldError(field.Name, "is not a known field", wantsRun ? "testId, reason" : "reason"));
            }
        }
        if (wantsRun && !seen.Contains("testId"))
        {
            errors.Add(new FieldError("testId", "is missing", "the testId of a run"));
        }
        return errors.Count > 0
            ? Validated<BaselineRequest>.Refused(errors)
            : Validated<BaselineRequest>.Ok(new BaselineRequest(testId, reason));
    }

    private static bool IsReason(string? text) =>
        text is { Length: > 0 and <= LongestReason } && !text.Any(char.IsControl) && text.Trim().Length > 0;

    private static Validated<BaselineRequest> Refused(string problem, string allowed) =>
        Validated<BaselineRequest>.Refused([new FieldError("request", problem, allowed)]);
}
