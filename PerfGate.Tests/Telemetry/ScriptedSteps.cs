using PerfGate.Core;
using PerfGate.Core.Runs;

namespace PerfGate.Tests.Telemetry;

/// <summary>Steps that end as they are told.</summary>
internal sealed class ScriptedSteps : IRunSteps
{
    public RunError? Error { get; init; }

    public string? Throws { get; init; }

    public Action Look { get; init; } = () => { };

    public Func<Task> Record { get; init; } = () => Task.CompletedTask;

    public Task<SlotAnswer> TakeSlotAsync(Guid runId) => Task.FromResult(SlotAnswer.Waiting);

    public Task<RunError?> PrepareScriptAsync(Guid runId) => End(Error);

    public Task<RunError?> StartRunnersAsync(Guid runId) => End(Error);

    public Task<RunnersAnswer> ObserveRunnersAsync(Guid runId)
    {
        Look();
        return End(new RunnersAnswer(false, null));
    }

    public Task<RunError?> MeasureAsync(Guid runId) => End(Error);

    public Task<RunVerdict> JudgeAsync(Guid runId, RunError? error) => End(new RunVerdict(Verdict.Inconclusive, []));

    public Task ReportAsync(Guid runId) => End(0);

    public Task RecordAsync(Guid runId) => Record();

    public Task CleanUpAsync(Guid runId) => End(0);

    public Task DelayAsync(TimeSpan delay) => End(0);

    private Task<T> End<T>(T answer) =>
        Throws is null ? Task.FromResult(answer) : Task.FromException<T>(new InvalidDataException(Throws));
}
