using PerfGate.Core.Admission;

namespace PerfGate.Core.Requests;

/// <summary>What is asked of the emergency stop: <c>{reason, environment?}</c>.</summary>
/// <param name="Environment">Where; null for everywhere.</param>
/// <param name="Reason">Why, in a person's words.</param>
public sealed record StopRequest(TargetEnvironment? Environment, string Reason)
{
    /// <summary>Longest reason, characters.</summary>
    public const int LongestReason = 500;

    /// <summary>Reads it strictly, all errors at once.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="limits">What may be asked for.</param>
    public static Validated<StopRequest> Read(ReadOnlyMemory<byte> json, Limits limits) =>
        RequestDocument.Read(
            json,
            limits,
            (root, errors) =>
            {
                var fields = FieldReader.Open(root, "", errors, "reason", "environment")!;
                var reason = fields.KeptText("reason", LongestReason, "why everything stops, a text", required: true);
                var environment = fields.Has("environment") ? fields.Choice<TargetEnvironment>("environment") : null;
                return reason is null ? null : new StopRequest(environment, reason);
            }
        );
}
