using PerfGate.Core;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;
using PerfGate.Functions.Orchestration;

namespace PerfGate.Tests.Functions.Replay;

/// <summary>The orchestration of a run whose activities answer as they are told; by default it passes after three looks.</summary>
internal sealed class ScriptedRun
{
    private readonly Dictionary<string, int> _calls = [];
    private readonly Dictionary<string, Func<int, object?>> _answers = new()
    {
        [RunActivities.TakeSlot] = _ => Answer(new QueuePlace(SlotAnswer.Granted, null)),
        [RunActivities.PrepareScript] = _ => Done,
        [RunActivities.StartRunners] = _ => Done,
        [RunActivities.ObserveRunners] = look => Answer(new Observation(look == 3, null, Progress(look))),
        [RunActivities.Measure] = _ => Done,
        [RunActivities.Judge] = _ => Answer(new RunVerdict(Verdict.Passed, [new Reason("all-held", "All held.")])),
        [RunActivities.Report] = _ => Done,
        [RunActivities.Record] = _ => Done,
        [RunActivities.CleanUp] = _ => Done,
        [RunActivities.RequestCancel] = _ => Done,
        [RunActivities.Abandon] = _ => Done,
    };

    public ScriptedRun() => Harness = new(RunOrchestrator.RunAsync, DoAsync);

    public static StepAnswer<StepEnd> Done { get; } = Answer(new StepEnd(null));

    public Guid RunId { get; } = new("0197a1b2-0000-7000-8000-000000000001");

    public ReplayHarness<OrchestrationState, RunVerdict?> Harness { get; }

    /// <summary>Inputs of the activities, by name, as JSON.</summary>
    public List<(string Name, string Input)> Inputs { get; } = [];

    public IReadOnlyList<string> Activities => Harness.Activities;

    public static StepAnswer<T> Answer<T>(T value)
        where T : class => new(value, null);

    public static StepAnswer<StepEnd> Failed(RunError error) => Answer(new StepEnd(error));

    public static RunProgress Progress(int look) => new(TimeSpan.FromSeconds(2 * look), 10, 50, 120.5, 0, 100 * look);

    /// <summary>Lets an activity answer by how often it was called, from 1; what it throws is a try that failed.</summary>
    public ScriptedRun With(string activity, Func<int, object?> answer)
    {
        _answers[activity] = answer;
        return this;
    }

    public Task<RunVerdict?> RunAsync() => Harness.RunAsync(new OrchestrationState(RunId), RunId.ToString());

    /// <summary>Lets an activity answer, with its input as JSON.</summary>
    public Task<object?> DoAsync(string activity, string input)
    {
        Inputs.Add((activity, input));
        var call = _calls[activity] = _calls.GetValueOrDefault(activity) + 1;
        return Task.FromResult(_answers[activity](call));
    }
}
