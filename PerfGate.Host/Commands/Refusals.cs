using System.Diagnostics.CodeAnalysis;
using PerfGate.Core.Requests;

namespace PerfGate.Host.Commands;

/// <summary>The command line was readable, but cannot be followed: <see cref="ExitCodes.Usage"/>.</summary>
[SuppressMessage("Design", "CA1032", Justification = "It always has a message.")]
public sealed class UsageException(string message) : Exception(message);

/// <summary>The request has fields that cannot be used: <see cref="ExitCodes.UnusableRequest"/>.</summary>
[SuppressMessage("Design", "CA1032", Justification = "It always has errors.")]
public sealed class UnusableRequestException(IReadOnlyList<FieldError> errors)
    : Exception("The request cannot be used.")
{
    /// <summary>All of them.</summary>
    public IReadOnlyList<FieldError> Errors => errors;
}
