using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using PerfGate.Adapters.Files;
using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Runs;
using PerfGate.Adapters.Telemetry;
using PerfGate.Core;
using PerfGate.Core.Admission;
using PerfGate.Tests.Faults;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Telemetry;

/// <summary>What is told of steps that do not go well, and of a run that nothing traced asked for.</summary>
public sealed class TracedStepsTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly HeardSpans _heard = new(RunTelemetry.Name);
    private readonly string _folder = Directory.CreateTempSubdirectory("perfgate-told-").FullName;
    private NpgsqlDataSource _database = null!;
    private Guid _run;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateMigratedAsync();
        var request = Loads.Read(Loads.Request("http://127.0.0.1:9"));
        // No request is behind it, as behind a schedule.
        Activity.Current = null;
        var run = NewRun.Of(request, null, Limits.Default, TimeProvider.System.GetUtcNow());
        await new RunStore(_database, TimeProvider.System).InsertAsync(run, Cancellation);
        _run = run.Id;
    }

    [Fact]
    public async Task A_run_that_no_traced_request_asked_for_has_a_trace_of_its_own_id()
    {
        await Traced(new ScriptedSteps()).MeasureAsync(_run);
        await Traced(new ScriptedSteps()).JudgeAsync(_run, null);

        Assert.Equal(["Measure", "Judge"], Heard().Select(span => span.DisplayName));
        Assert.All(Heard(), span => Assert.Equal(_run.ToString("N"), span.TraceId.ToString()));
        Assert.Equal("inconclusive", Heard()[1].GetTagItem(TelemetryTags.Verdict));
    }

    [Fact]
    public async Task An_answered_error_is_an_error_of_its_span_by_its_code()
    {
        await Traced(new ScriptedSteps { Error = new RunError.RunnerNotStarted("no dotnet") }).StartRunnersAsync(_run);

        var span = Assert.Single(Heard());
        Assert.Equal((ActivityStatusCode.Error, "runner-not-started"), (span.Status, span.GetTagItem("error.type")));
    }

    [Fact]
    public async Task A_thrown_surprise_is_told_without_the_secrets_in_its_message()
    {
        var steps = Traced(new ScriptedSteps { Throws = "https://user:pass@host/x?sig=abc password=hunter2" });

        await Assert.ThrowsAsync<InvalidDataException>(() => steps.PrepareScriptAsync(_run));
        await Assert.ThrowsAsync<InvalidDataException>(() => steps.ObserveRunnersAsync(_run));

        Assert.Equal(["PrepareScript", "ObserveRunners"], Heard().Select(span => span.DisplayName));
        Assert.All(
            Heard(),
            span =>
            {
                Assert.Equal(
                    (ActivityStatusCode.Error, "System.IO.InvalidDataException"),
                    (span.Status, span.GetTagItem("error.type"))
                );
                var told = span.StatusDescription + string.Join(' ', span.Events.SelectMany(each => each.Tags));
                Assert.Contains("https://host/x", told, StringComparison.Ordinal);
                Assert.DoesNotContain("pass@", told, StringComparison.Ordinal);
                Assert.DoesNotContain("sig=abc", told, StringComparison.Ordinal);
                Assert.DoesNotContain("hunter2", told, StringComparison.Ordinal);
            }
        );
    }

    [Fact]
    public async Task A_look_that_sees_nothing_new_is_not_told_nor_what_happens_within_it()
    {
        var recorded = true;
        string? handedOn = null;
        var steps = Traced(
            new ScriptedSteps
            {
                Look = () =>
                    (recorded, handedOn) = (Activity.Current is { Recorded: true }, RunTelemetry.Traceparent()),
            }
        );

        await steps.ObserveRunnersAsync(_run);
        await steps.TakeSlotAsync(_run);

        Assert.False(recorded);
        // A runner that such a look starts again is told of.
        Assert.StartsWith($"00-{_run:N}-", handedOn, StringComparison.Ordinal);
        Assert.Empty(Heard());
    }

    public async ValueTask DisposeAsync()
    {
        _heard.Dispose();
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private List<Activity> Heard() =>
        _heard.Where(span => Equals(span.GetTagItem(TelemetryTags.RunId), _run.ToString()));

    private IRunSteps Traced(IRunSteps steps) =>
        new RunTracing(
            _database,
            new RunArtifacts(new FolderArtifactStore(_folder)),
            TimeProvider.System,
            NullLogger<RunTracing>.Instance
        ).Traced(steps, Cancellation);
}
