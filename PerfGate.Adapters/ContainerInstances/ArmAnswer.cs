using System.Text.Json;

namespace PerfGate.Adapters.ContainerInstances;

/// <summary>What Resource Manager answered, whatever it was.</summary>
/// <param name="Status">HTTP status; 0 where no answer came.</param>
/// <param name="Body">The body, where it is JSON.</param>
/// <param name="Code">ARM's error code; empty where there is none.</param>
/// <param name="Message">ARM's message, or why no answer came; empty where there is none.</param>
/// <param name="RetryAfter">How long it asks to be left alone; null where it does not.</param>
public sealed record ArmAnswer(int Status, JsonElement? Body, string Code, string Message, TimeSpan? RetryAfter)
{
    /// <summary>The group is in the middle of another operation.</summary>
    private const string Transitioning = "ContainerGroupTransitioning";

    /// <summary>The registry is unwell: the service's own message says to try again later.</summary>
    private const string RegistryUnwell = "RegistryErrorResponse";

    /// <summary>Whether it did what was asked.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>Whether there is no such thing.</summary>
    public bool IsAbsent => Status == 404;

    /// <summary>Whether the same request may succeed soon. A region that is full, or a quota that is used up, stays so for a while.</summary>
    public bool IsTransient =>
        !GroupFailure.IsOfRegion(this)
        && (Status is 0 or 408 or 429 or 500 or 502 or 503 or 504 || Code is Transitioning or RegistryUnwell);

    /// <summary>Code and message in one line.</summary>
    public string Detail =>
        (Code, Message) switch
        {
            ("", "") => FormattableString.Invariant($"HTTP status {Status}"),
            ("", _) => Message,
            (_, "") => Code,
            _ => $"{Code}: {Message}",
        };
}
