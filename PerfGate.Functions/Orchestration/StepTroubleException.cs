using System.Diagnostics.CodeAnalysis;
using PerfGate.Core.Sensitive;

namespace PerfGate.Functions.Orchestration;

/// <summary>What a step met and may not meet the next time, without what looks like a secret: an orchestration's history keeps it.</summary>
[SuppressMessage("Design", "CA1032", Justification = "It always has what was met.")]
public sealed class StepTroubleException(Exception met)
    : Exception(SensitiveText.Strip($"{met.GetType().Name}: {met.Message}", LongestMessage))
{
    private const int LongestMessage = 2000;
}
