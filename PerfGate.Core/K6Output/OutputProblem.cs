namespace PerfGate.Core.K6Output;

/// <summary>Why an output of k6 cannot be read on.</summary>
/// <param name="Line">Line number from 1, a CSV's header being line 1; 0 where the problem has no line.</param>
/// <param name="Problem">What is wrong with it.</param>
public sealed record OutputProblem(long Line, string Problem);
