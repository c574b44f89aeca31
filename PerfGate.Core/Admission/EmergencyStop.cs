using PerfGate.Core.Requests;

namespace PerfGate.Core.Admission;

/// <summary>Nothing may start on an environment until somebody lifts it.</summary>
/// <param name="Environment">Where.</param>
/// <param name="Since">Since when, UTC.</param>
/// <param name="By">Who stopped it.</param>
/// <param name="Reason">Why, in a person's words.</param>
public sealed record EmergencyStop(TargetEnvironment Environment, DateTimeOffset Since, string By, string Reason)
{
    /// <summary>The same for a person who is refused by it.</summary>
    public string Sentence =>
        FormattableString.Invariant(
            $"Nothing starts on {EnumText.Lower(Environment)}: {By} stopped it at {Since.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC ({Reason}). An admin lifts it: perfgate stop-all --lift."
        );
}
