using System.Diagnostics.CodeAnalysis;
using PerfGate.Core.Requests;

namespace PerfGate.Host.Commands;

/// <summary>The command line was readable, but cannot be followed: <see cref="ExitCodes.Usage"/>.</summary>
[SuppressMessage("Design", "CA1032", Justification = "It always has a message.")]
public sealed class UsageException(string message) : Exception(message)
{
    /// <summary>What was read, where nothing is wrong with it.</summary>
    /// <exception cref="UsageException">Something is; it names each field.</exception>
    public static T Unless<T>(IReadOnlyList<FieldError> problems, T read) =>
        problems.Count == 0
            ? read
            : throw new UsageException(
                string.Join(
                    Environment.NewLine,
                    problems.Select(one => $"{one.Field} {one.Problem}; it must be {one.Allowed}.")
                )
            );
}

/// <summary>The request has fields that cannot be used: <see cref="ExitCodes.UnusableRequest"/>.</summary>
[SuppressMessage("Design", "CA1032", Justification = "It always has errors.")]
public sealed class UnusableRequestException(IReadOnlyList<FieldError> errors)
    : Exception("The request cannot be used.")
{
    /// <summary>All of them.</summary>
    public IReadOnlyList<FieldError> Errors => errors;
}
