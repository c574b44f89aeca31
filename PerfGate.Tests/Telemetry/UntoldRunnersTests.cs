using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using PerfGate.Adapters.Files;
using PerfGate.Adapters.Runs;
using PerfGate.Adapters.Telemetry;
using PerfGate.Core;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;
using PerfGate.Tests.Postgres;
using PerfGate.Tests.Runs;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Telemetry;

/// <summary>Runners that had no collector of their own, told of by what is in their end records, whatever that is.</summary>
public sealed class UntoldRunnersTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly HeardSpans _heard = new(RunTelemetry.Name, RunnerSpans.Source);
    private readonly string _folder = Directory.CreateTempSubdirectory("perfgate-untold-").FullName;
    private StoredRuns _runs = null!;
    private FolderArtifactStore _store = null!;
    private RunTracing _tracing = null!;
    private Guid _run;
    private DateTimeOffset _begun;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Activity.Current = null;
        _runs = await StoredRuns.CreateAsync(postgres);
        _store = new FolderArtifactStore(_folder);
        var artifacts = new RunArtifacts(_store);
        _tracing = new RunTracing(_runs.Database, artifacts, _runs.Time, NullLogger<RunTracing>.Instance);
        _run = await _runs.StartAsync();
        _begun = _runs.Time.GetUtcNow();
        _runs.Time.Advance(TimeSpan.FromMinutes(1));
        var result = _runs.Result(_run, SampleGrounds.Metrics()) with { Plan = SampleGrounds.Plan() };
        await artifacts.WriteAsync(_run, ArtifactNames.Result, result, Cancellation);
    }

    [Fact]
    public async Task A_runner_is_told_once_with_its_own_times_below_the_step_that_asked_for_it()
    {
        var asking = $"00-{_run:N}-00f067aa0ba902b7-01";
        await EndAsync(End(RunnerEndCause.Finished) with { Times = Times() with { Traceparent = asking } });

        await RecordAsync();
        await RecordAsync();

        var runner = Assert.Single(Heard(), span => span.DisplayName == RunnerSpans.Runner);
        Assert.Equal((asking, ActivityKind.Consumer), (runner.ParentId, runner.Kind));
        Assert.Equal(
            (_run.ToString(), 0, "finished", "k6 v2.2.0", ActivityStatusCode.Unset),
            (
                runner.GetTagItem(TelemetryTags.RunId),
                runner.GetTagItem(RunnerSpans.SegmentTag),
                runner.GetTagItem(RunnerSpans.EndTag),
                runner.GetTagItem(TelemetryTags.Engine),
                runner.Status
            )
        );
        Assert.Equal(Times().Runner, PeriodOf(runner));
        Assert.Equal(Times().CheckScript, PeriodOf(PartOf(runner, RunnerSpans.CheckScript)));
        Assert.Equal(Times().ApplyLoad, PeriodOf(PartOf(runner, RunnerSpans.ApplyLoad)));
    }

    [Fact]
    public async Task A_runner_that_failed_is_an_error_also_in_a_run_that_was_given_up_and_no_secret_is_told()
    {
        var end = End(RunnerEndCause.NotStarted) with
        {
            Detail = "https://user:pass@host/x?sig=abc password=hunter2",
            Times = Times() with { ApplyLoad = null },
        };
        await EndAsync(end);

        await _tracing.AbandonAsync(
            _run,
            () => _runs.Store.FailAsync(_run, new Reason("surprise", "No."), Cancellation)
        );

        var runner = Assert.Single(Heard(), span => span.DisplayName == RunnerSpans.Runner);
        Assert.Equal(
            (ActivityStatusCode.Error, "notstarted"),
            (runner.Status, runner.GetTagItem(TelemetryTags.ErrorType))
        );
        Assert.DoesNotContain("hunter2", runner.StatusDescription, StringComparison.Ordinal);
        Assert.Equal([RunnerSpans.CheckScript], Parts(runner).Select(part => part.DisplayName));
    }

    [Fact]
    public async Task A_runner_that_told_itself_is_not_told_again()
    {
        await EndAsync(End(RunnerEndCause.Finished));

        await RecordAsync();

        Assert.DoesNotContain(Heard(), span => span.Source.Name == RunnerSpans.Source);
        Assert.Contains(Heard(), span => span.DisplayName == "Record");
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("""{"engine":"","cause":"finished","endedAt":"2026-03-14T09:00:00Z","times":7}""")]
    [InlineData("""{"engine":null,"cause":"finished","endedAt":"2026-03-14T09:00:00Z","times":{}}""")]
    [InlineData(Around + """{"runner":{}}}""")]
    [InlineData(Around + """{"runner":{"begun":"0001-01-01T00:00:00Z","ended":"9999-12-31T23:59:59Z"}}}""")]
    [InlineData(Around + """{"runner":{"begun":"0001-01-01T00:00:00+14:00","ended":"2026-03-14T09:00:30Z"}}}""")]
    [InlineData(Around + """{"runner":{"begun":"2026-03-14T09:00:30Z","ended":"2026-03-14T09:00:10Z"}}}""")]
    [InlineData(Around + """{"runner":{"begun":"2026-03-14T08:00:00Z","ended":"2026-03-14T09:00:10Z"}}}""")]
    [InlineData(Around + """{"runner":{"begun":"2026-03-14T09:00:10Z","ended":"2026-03-14T19:00:00Z"}}}""")]
    public async Task Times_that_cannot_be_true_are_not_told_and_cost_the_run_nothing(string record)
    {
        await _store.WriteAsync(_run, ArtifactNames.End(0), Encoding.UTF8.GetBytes(record), Cancellation);

        await RecordAsync();

        Assert.DoesNotContain(Heard(), span => span.Source.Name == RunnerSpans.Source);
        Assert.Equal(RunStatus.Completed, (await _runs.Store.FindAsync(_run, Cancellation))!.Status);
    }

    [Fact]
    public async Task Parts_outside_their_runner_are_left_out_and_a_parent_of_another_trace_is_not_believed()
    {
        var times = Times();
        await EndAsync(
            End(RunnerEndCause.Finished) with
            {
                Engine = new string('k', 100_000),
                Times = times with
                {
                    Traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                    ApplyLoad = new RunnerPeriod(_begun, times.Runner!.Ended.AddSeconds(1)),
                },
            }
        );

        await RecordAsync();

        var runner = Assert.Single(Heard(), span => span.DisplayName == RunnerSpans.Runner);
        Assert.Equal(_run.ToString("N"), runner.TraceId.ToString());
        Assert.InRange(((string)runner.GetTagItem(TelemetryTags.Engine)!).Length, 1, 200);
        Assert.Equal([RunnerSpans.CheckScript], Parts(runner).Select(part => part.DisplayName));
    }

    public async ValueTask DisposeAsync()
    {
        _heard.Dispose();
        await _runs.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private const string Around = """{"engine":"","cause":"finished","endedAt":"2026-03-14T09:00:00Z","times":""";

    private static RunnerEnd End(RunnerEndCause cause) => SampleGrounds.End(cause);

    private RunnerTimes Times() =>
        new()
        {
            Traceparent = $"00-{_run:N}-00f067aa0ba902b7-01",
            Runner = new RunnerPeriod(_begun.AddSeconds(1), _begun.AddSeconds(40)),
            CheckScript = new RunnerPeriod(_begun.AddSeconds(1), _begun.AddSeconds(3)),
            ApplyLoad = new RunnerPeriod(_begun.AddSeconds(4), _begun.AddSeconds(39)),
        };

    private Task EndAsync(RunnerEnd end) =>
        _store.WriteAsync(
            _run,
            ArtifactNames.End(0),
            JsonSerializer.SerializeToUtf8Bytes(end, RunJson.Options),
            Cancellation
        );

    private Task RecordAsync()
    {
        var result = _runs.Result(_run, SampleGrounds.Metrics());
        var steps = new ScriptedSteps { Record = () => _runs.Monitor.RecordTestResultsAsync(result, Cancellation) };
        return _tracing.Traced(steps, Cancellation).RecordAsync(_run);
    }

    private List<Activity> Heard() => _heard.Where(span => span.TraceId.ToString() == _run.ToString("N"));

    private List<Activity> Parts(Activity runner) => [.. Heard().Where(span => span.ParentSpanId == runner.SpanId)];

    private Activity PartOf(Activity runner, string name) => Parts(runner).Single(part => part.DisplayName == name);

    private static RunnerPeriod PeriodOf(Activity span) =>
        new(new DateTimeOffset(span.StartTimeUtc), new DateTimeOffset(span.StartTimeUtc + span.Duration));
}
