namespace PerfGate.Functions.Orchestration;

/// <summary>
/// The history of an orchestration has grown long enough: the spine is left where it stands, and entered again by the next
/// generation. Never seen outside the orchestrator.
/// </summary>
public sealed class GenerationEndException() : Exception("The orchestration goes on in its next generation.");
