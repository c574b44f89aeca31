using System.Diagnostics.CodeAnalysis;
using PerfGate.Core.Sensitive;

namespace PerfGate.Host.Jobs;

/// <summary>
/// What a job met, without what looks like a secret: Hangfire keeps the exception that a job ended with, word by word, in the
/// database. It has no inner one for the same reason.
/// </summary>
[SuppressMessage("Design", "CA1032", Justification = "It always has what was met.")]
public sealed class JobSurpriseException : Exception
{
    private const int Longest = 8000;

    private JobSurpriseException(string message)
        : base(message) { }

    /// <summary>Of what was met, its type and its stack included.</summary>
    public static JobSurpriseException Of(Exception met) => new(SensitiveText.Strip(met.ToString(), Longest));
}
