namespace PerfGate.Core.Admission;

/// <summary>Who asks for something, as the audit trail names it.</summary>
/// <param name="Name">Subject of the token; null where it has none.</param>
/// <param name="Role">The highest role of the token; null where it has none, or where nobody asks over HTTP.</param>
/// <param name="Address">
/// The address that the connection came from, not what a header says; null where nobody asks over HTTP.
/// </param>
public sealed record Caller(string? Name, Role? Role = null, string? Address = null)
{
    /// <summary>PerfGate itself: results, retention, steps of a run.</summary>
    public static Caller System { get; } = new("system");

    /// <summary>What is known of somebody of whom only a name is.</summary>
    public static Caller Named(string? name) => new(name);

    /// <inheritdoc cref="Named" />
    public static implicit operator Caller(string? name) => Named(name);
}
