using System.Text.Json;
using PerfGate.Core;
using PerfGate.Core.Runs;
using PerfGate.Functions.Orchestration;
using PerfGate.Tests.Architecture;
using PerfGate.Tests.Functions.Replay;

namespace PerfGate.Tests.Functions;

/// <summary>
/// Runs that are in flight while a new version is deployed go on under it: histories of each version are kept in Fixtures, and
/// are executed by the code of today. Where one cannot be, a new version is wanted (docs/decisions/0028), not a new history.
/// </summary>
public sealed class OrchestrationVersionTests
{
    private const string Record = "PERFGATE_RECORD_ORCHESTRATIONS";

    private static readonly string Histories = Path.Combine("Fixtures", "orchestrations");

    private sealed record Recorded(OrchestrationState Input, DateTime Begun, DurableHistory History);

    public static TheoryData<string> Ways { get; } = new(Runs.Keys);

    private static Dictionary<string, Action<ScriptedRun>> Runs =>
        new()
        {
            ["passed"] = _ => { },
            ["waited"] = run =>
                run.With(
                    RunActivities.TakeSlot,
                    call =>
                        ScriptedRun.Answer(
                            call < 4
                                ? new QueuePlace(SlotAnswer.Waiting, 4 - call)
                                : new QueuePlace(SlotAnswer.Granted, null)
                        )
                ),
            ["withdrawn"] = run =>
                run.With(RunActivities.TakeSlot, _ => ScriptedRun.Answer(new QueuePlace(SlotAnswer.Withdrawn, null))),
            ["script-rejected"] = run =>
                run.With(RunActivities.PrepareScript, _ => ScriptedRun.Failed(new RunError.ScriptRejected("line 1"))),
            ["runner-not-started"] = run =>
                run.With(RunActivities.StartRunners, _ => ScriptedRun.Failed(new RunError.RunnerNotStarted("quota"))),
            ["cancelled"] = run =>
            {
                run.With(
                    RunActivities.ObserveRunners,
                    look => ScriptedRun.Answer(new Observation(look == 8, null, null))
                );
                run.Harness.RaiseAt(run.Harness.Now.AddSeconds(5), DurableRunSteps.CancelEvent);
            },
            ["surprise"] = run =>
                run.With(
                    RunActivities.Report,
                    _ => new StepAnswer<StepEnd>(null, new StepSurprise(RunActivities.Report, "No such column", false))
                ),
            ["two-minutes"] = run =>
                run.With(
                    RunActivities.ObserveRunners,
                    look => ScriptedRun.Answer(new Observation(look == 70, null, null))
                ),
        };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Histories_of_every_version_are_executed_by_the_code_of_today(string way)
    {
        if (Environment.GetEnvironmentVariable(Record) is not null)
        {
            await RecordAsync(way);
        }
        var versions = Directory.GetDirectories(Path.Combine(AppContext.BaseDirectory, Histories));

        Assert.Contains(RunOrchestrator.Version, versions.Select(Path.GetFileName));
        foreach (var version in versions)
        {
            var text = await File.ReadAllTextAsync(
                Path.Combine(version, $"{way}.json"),
                TestContext.Current.CancellationToken
            );
            foreach (var recorded in JsonSerializer.Deserialize<Recorded[]>(text)!)
            {
                new ScriptedRun { Harness = { Now = recorded.Begun } }.Harness.Replay(recorded.History, recorded.Input);
            }
        }
    }

    [Fact]
    public void New_runs_are_given_the_version_that_the_code_says()
    {
        using var host = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root.FullName, "host.json")));
        var durable = host.RootElement.GetProperty("extensions").GetProperty("durableTask");

        Assert.Equal(RunOrchestrator.Version, durable.GetProperty("defaultVersion").GetString());
        Assert.Equal("CurrentOrOlder", durable.GetProperty("versionMatchStrategy").GetString());
        Assert.Equal("Reject", durable.GetProperty("versionFailureStrategy").GetString());
    }

    [Fact]
    public async Task A_history_of_which_a_step_was_left_out_is_refused()
    {
        var run = new ScriptedRun();
        await run.RunAsync();
        var history = run.Harness.Generations[0];
        history.Calls.RemoveAt(1);

        Assert.Throws<NonDeterminismException>(() =>
            new ScriptedRun().Harness.Replay(history, new OrchestrationState(run.RunId))
        );
    }

    [Fact]
    public void Every_error_survives_its_way_through_an_orchestration()
    {
        var errors = typeof(RunError)
            .GetNestedTypes()
            .Select(type =>
                (RunError)
                    Activator.CreateInstance(
                        type,
                        [
                            .. type.GetConstructors()
                                .Single()
                                .GetParameters()
                                .Select(parameter => Sample(parameter.ParameterType)),
                        ]
                    )!
            );

        Assert.All(
            errors,
            error =>
            {
                var json = JsonSerializer.Serialize(new StepEnd(error));
                Assert.Equal(error, JsonSerializer.Deserialize<StepEnd>(json)!.Error);
                Assert.Contains($"\"$type\":\"{error.Code}\"", json, StringComparison.Ordinal);
            }
        );
    }

    private static object? Sample(Type type) =>
        type == typeof(string) ? "a detail"
        : type == typeof(TimeSpan) ? TimeSpan.FromSeconds(90)
        : Activator.CreateInstance(type);

    private static async Task RecordAsync(string way)
    {
        var run = new ScriptedRun();
        Runs[way](run);
        var begun = run.Harness.Now;
        try
        {
            await run.RunAsync();
        }
        catch (StepSurpriseException)
        {
            // That way ends so.
        }
        var recorded = run.Harness.Generations.Select(
            (history, i) => new Recorded(run.Harness.Beginnings[i].Input, run.Harness.Beginnings[i].At, history)
        );

        foreach (
            var root in new[] { AppContext.BaseDirectory, Path.Combine(Repository.Root.FullName, "PerfGate.Tests") }
        )
        {
            var folder = Directory.CreateDirectory(Path.Combine(root, Histories, RunOrchestrator.Version));
            await File.WriteAllTextAsync(
                Path.Combine(folder.FullName, $"{way}.json"),
                JsonSerializer.Serialize(recorded) + "\n"
            );
        }
    }
}
