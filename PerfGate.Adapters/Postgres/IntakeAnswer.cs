using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Postgres;

/// <summary>What came of storing a run.</summary>
public abstract record IntakeAnswer
{
    private IntakeAnswer() { }

    /// <summary>It is stored, and waits.</summary>
    public sealed record Stored : IntakeAnswer;

    /// <summary>The same request was made before; nothing was stored.</summary>
    /// <param name="RunId">The run that was stored then.</param>
    /// <param name="EstimatedCompletion">What was answered then.</param>
    /// <param name="Status">Where that run stands now.</param>
    public sealed record Repeated(Guid RunId, DateTimeOffset EstimatedCompletion, RunStatus Status) : IntakeAnswer;

    /// <summary>The key was used for another request; nothing was stored.</summary>
    public sealed record KeyTaken : IntakeAnswer;

    /// <summary>The stored test it should belong to is not there; nothing was stored.</summary>
    public sealed record TestGone : IntakeAnswer;

    /// <summary>An emergency stop is in force; nothing was stored.</summary>
    public sealed record Stopped(EmergencyStop Stop) : IntakeAnswer;

    /// <summary>Its environment's loads may not go there, or not have its secrets; nothing was stored.</summary>
    /// <param name="Problems">As problems of the request, at least one.</param>
    public sealed record NotAllowed(IReadOnlyList<FieldError> Problems) : IntakeAnswer;

    /// <summary>Loads may not begin there now; nothing was stored.</summary>
    /// <param name="Environment">Where.</param>
    /// <param name="Window">When they may.</param>
    /// <param name="Opens">When it opens next, UTC; null where never.</param>
    public sealed record OutsideWindow(TargetEnvironment Environment, ChangeWindow Window, DateTimeOffset? Opens)
        : IntakeAnswer
    {
        /// <summary>The same for a person who is refused by it.</summary>
        public string Sentence =>
            $"Loads begin on {EnumText.Lower(Environment)} only within its change window, {Window.Text}"
            + (
                Opens is { } at
                    ? FormattableString.Invariant($"; it opens at {at.UtcDateTime:yyyy-MM-dd HH:mm} UTC.")
                    : "."
            );
    }

    /// <summary>Too much was asked for lately; nothing was stored.</summary>
    /// <param name="Wait">When to ask again.</param>
    /// <param name="Sentence">Of what, for a person.</param>
    public sealed record TooMuch(TimeSpan Wait, string Sentence) : IntakeAnswer;

    /// <summary>The run alone is more than a day may hold; nothing was stored.</summary>
    /// <param name="Environment">Where.</param>
    /// <param name="VuMinutes">What it plans.</param>
    /// <param name="PerDay">What 24 hours may hold.</param>
    public sealed record BeyondBudget(TargetEnvironment Environment, double VuMinutes, double PerDay) : IntakeAnswer
    {
        /// <summary>As a problem of the request.</summary>
        public FieldError Problem =>
            new(
                "configuration",
                FormattableString.Invariant($"plans {VuMinutes:0.#} VU-minutes (most VUs at once times minutes)"),
                FormattableString.Invariant(
                    $"at most the {PerDay:0.#} that 24 hours may hold on {EnumText.Lower(Environment)}"
                )
            );
    }
}
