using PerfGate.Core;
using PerfGate.Core.K6Output;
using PerfGate.Core.Sensitive;

namespace PerfGate.Adapters.ContainerInstances;

/// <summary>
/// Says why container groups fail, from ARM's error codes and the service's events. Codes:
/// https://learn.microsoft.com/azure/container-instances/container-instances-troubleshooting and what the service was seen to answer.
/// </summary>
internal static class GroupFailure
{
    private const int LongestDetail = 500;

    /// <summary>Why a group could not be created, in words of PerfGate.</summary>
    public static RunError OfAnswer(ArmAnswer answer, string region, ContainerInstanceOptions options)
    {
        var detail = Clean(answer.Detail);
        return answer switch
        {
            _ when IsQuota(answer.Code, answer.Message) => new RunError.RunnerQuotaReached(region, detail),
            _ when IsFull(answer.Status, answer.Code, answer.Message) => new RunError.NoRunnerCapacity(region, detail),
            _ when IsImage(answer.Code) => new RunError.ImageNotPulled(options.Image, detail),
            { Status: 401 or 403 } => new RunError.ContainersForbidden(detail),
            { IsTransient: true } => new RunError.ResourceManagerAway(detail),
            _ => new RunError.RunnerNotStarted(detail),
        };
    }

    /// <summary>Why a group that was accepted never ran its container, from its events; null where they do not say.</summary>
    public static RunError? OfEvents(IEnumerable<GroupEvent> events, string region, ContainerInstanceOptions options)
    {
        foreach (var (name, message) in events.Select(one => (one.Name ?? "", one.Message ?? "")).Reverse())
        {
            if (IsQuota(name, message))
            {
                return new RunError.RunnerQuotaReached(region, Clean(message));
            }
            if (IsCapacity(name, message))
            {
                return new RunError.NoRunnerCapacity(region, Clean(message));
            }
            if (IsPullFailure(message) || IsImage(name))
            {
                return new RunError.ImageNotPulled(options.Image, Clean(message));
            }
        }
        return null;
    }

    /// <summary>Why a container ended; null where it ended well.</summary>
    public static RunError? OfExit(ContainerState ended, double memoryGb) =>
        ended switch
        {
            { DetailStatus: { } why } when why.StartsWith("OOM", StringComparison.OrdinalIgnoreCase) =>
                new RunError.RunnerOutOfMemory(memoryGb),
            { ExitCode: 0 or null } => null,
            { ExitCode: 1 } => new RunError.RunnerExited(1, "the runner could not write its end record"),
            { ExitCode: 64 } => new RunError.RunnerExited(
                64,
                "the runner did not understand its order; its image may be older than PerfGate"
            ),
            { ExitCode: 137 } => new RunError.RunnerExited(
                137,
                FormattableString.Invariant(
                    $"it was killed, as happens where more than its {memoryGb} GB of memory are needed, or where its machine goes away"
                )
            ),
            { ExitCode: { } code } => new RunError.RunnerExited(
                code,
                Clean(ended.DetailStatus ?? "no reason was given")
            ),
        };

    /// <summary>Whether another region may have what this one has not.</summary>
    public static bool IsOfRegion(ArmAnswer answer) =>
        IsQuota(answer.Code, answer.Message) || IsFull(answer.Status, answer.Code, answer.Message);

    /// <summary>Whether a message says that the image cannot be pulled.</summary>
    public static bool IsPullFailure(string message) => Has(message, "Failed to pull image");

    /// <summary>A sentence of others, without secrets and not too long.</summary>
    public static string Clean(string text) => SensitiveText.Strip(text.Trim(), LongestDetail);

    // Answered with 400, 409 or 429, depending on what is used up.
    private static bool IsQuota(string code, string message) =>
        code is "ContainerGroupQuotaReached" or "QuotaExceeded" || Has(message, "container group quota");

    // Full regions answer 409 with the code of another trouble, which comes with 503.
    private static bool IsFull(int status, string code, string message) =>
        (status == 409 && code == "ServiceUnavailable") || IsCapacity(code, message);

    // Said in the answer; or the group is accepted, and it is told by an event.
    private static bool IsCapacity(string code, string message) =>
        code.StartsWith("InsufficientCapacity", StringComparison.Ordinal)
        || (Has(message, "requested resource") && Has(message, "not available in the location"));

    private static bool IsImage(string code) =>
        code
            is "InaccessibleImage"
                or "RegistryErrorResponse"
                or "InvalidImageRegistryCredentialType"
                or "OsVersionNotSupported";

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);
}
