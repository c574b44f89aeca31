namespace PerfGate.Functions.Orchestration;

/// <summary>A step met something that nobody expected, and would meet it again.</summary>
public sealed class StepSurpriseException(StepSurprise surprise) : Exception($"{surprise.Step}: {surprise.Message}")
{
    /// <summary>What it met.</summary>
    public StepSurprise Surprise => surprise;
}
