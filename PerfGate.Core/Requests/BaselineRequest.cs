using PerfGate.Core.Admission;

namespace PerfGate.Core.Requests;

/// <summary>What is asked of a baseline: <c>{testId, reason?}</c>.</summary>
/// <param name="TestId">The run; null where none is asked for.</param>
/// <param name="Reason">Why, in a person's words; null where none is given.</param>
public sealed record BaselineRequest(Guid? TestId, string? Reason)
{
    /// <summary>Largest body, bytes.</summary>
    public const int MostBytes = 16 * 1024;

    /// <summary>Longest reason, characters.</summary>
    public const int LongestReason = 500;

    private const string Run = "the testId of a run, a UUID";

    /// <summary>Reads it strictly, all errors at once. Where no run is asked for, it may be empty.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="wantsRun">Whether a run must be named; otherwise none may.</param>
    /// <param name="limits">What may be asked for.</param>
    public static Validated<BaselineRequest> Read(ReadOnlyMemory<byte> json, bool wantsRun, Limits limits) =>
        json.IsEmpty && !wantsRun
            ? Validated<BaselineRequest>.Ok(new BaselineRequest(null, null))
            : RequestDocument.Read(
                json,
                limits with
                {
                    RequestBytes = Math.Min(MostBytes, limits.RequestBytes),
                },
                (root, errors) =>
                {
                    var fields = FieldReader.Open(root, "", errors, wantsRun ? ["testId", "reason"] : ["reason"])!;
                    return new BaselineRequest(wantsRun ? TestIdOf(fields) : null, ReasonOf(fields));
                }
            );

    private static Guid? TestIdOf(FieldReader fields)
    {
        if (fields.Text("testId", 100, Run, required: true) is not { } text)
        {
            return null;
        }
        if (Guid.TryParseExact(text, "D", out var id))
        {
            return id;
        }
        fields.Refuse("testId", $"is \"{FieldPath.Shown(text)}\"", Run);
        return null;
    }

    private static string? ReasonOf(FieldReader fields)
    {
        var reason = fields.KeptText("reason", LongestReason, "a text");
        if (reason is not null && string.IsNullOrWhiteSpace(reason))
        {
            fields.Refuse("reason", "says nothing", "a text");
        }
        return reason;
    }
}
