using System.Globalization;
using System.Text;
using PerfGate.Adapters.Blobs;
using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Telemetry;
using PerfGate.Core;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;

namespace PerfGate.Adapters.Runs;

/// <summary>
/// The segments of a run, each with a runner of its own: starts them, lets their loads begin as one, and joins them. Keeps nothing
/// in memory that matters, so that any server may go on.
/// </summary>
internal sealed class RunSegments(RunStepParts parts, CancellationToken cancellation)
{
    private readonly SegmentTimes _times = new(parts.Options.Containers);

    /// <summary>
    /// The orders of all runners. Asking for access to the artifacts may fail on its way, and then nothing has begun: that is why
    /// it is apart from the start.
    /// </summary>
    public async Task<IReadOnlyList<RunnerOrder>> OrdersAsync(RunRow run) =>
        await Task.WhenAll(Segments(run).Select(segment => OrderAsync(run, segment)));

    /// <summary>Whether the load has begun: of several segments, whether they were told to begin it.</summary>
    public Task<bool> HasBegunAsync(RunRow run) =>
        IsThereAsync(run.Id, run.Plan!.Segments > 1 ? ArtifactNames.Go : ArtifactNames.Series(0));

    /// <summary>Starts all runners; null, or why one of them could not be started, and then none is left.</summary>
    public async Task<RunError?> StartAsync(RunRow run, IReadOnlyList<RunnerOrder> orders)
    {
        var request = run.Request;
        // The run may have waited while the list was made shorter, on this server or another.
        var rules = parts.Options.Admission.On(request.Environment);
        if (rules.Secrets.Problems(request.Configuration, request.Environment) is [var refused, ..])
        {
            return new RunError.SecretNotAllowed($"{refused.Field} {refused.Problem}; allowed: {refused.Allowed}.");
        }
        var errors = await Task.WhenAll(orders.Select(order => parts.Launcher.StartAsync(order, cancellation)));
        var error = errors.FirstOrDefault(error => error is not null);
        if (error is not null && errors.Length > 1)
        {
            // The others would wait for it in vain.
            await EndedAsync(run.Id, error);
        }
        return error;
    }

    /// <summary>Looks at all segments.</summary>
    public async Task<RunnersAnswer> ObserveAsync(RunRow run)
    {
        var seen = await Task.WhenAll(Segments(run).Select(segment => LookAndPlaceAsync(run, segment)));
        if (seen.All(one => one.End is not null))
        {
            return new RunnersAnswer(true, null);
        }
        if (await JoinAsync(run, seen) is { } answer)
        {
            return answer;
        }
        if (run.CancelRequestedAt is not null)
        {
            await WriteAsync(run.Id, ArtifactNames.Stop, "cancelled");
        }
        var allowed = _times.Allowed(run);
        return parts.Ages.Overdue(run, allowed) > SegmentTimes.KillAllowance
            ? await EndedAsync(run.Id, new RunError.DeadlineExceeded(allowed))
            : new RunnersAnswer(false, null);
    }

    private static IEnumerable<int> Segments(RunRow run) => Enumerable.Range(0, run.Plan!.Segments);

    /// <summary>What is to be done about the segments; null where nothing is but to wait.</summary>
    private async Task<RunnersAnswer?> JoinAsync(RunRow run, IReadOnlyList<SegmentSight> seen)
    {
        var begun = await HasBegunAsync(run);
        if (!begun)
        {
            seen = await BeforeLoadAsync(run, seen);
        }
        if (seen.Any(one => one.End is { Cause: RunnerEndCause.EarlyStop }))
        {
            // The target is hurting, whichever segment saw it first.
            await WriteAsync(run.Id, ArtifactNames.Stop, "early-stop");
        }
        if (seen.FirstOrDefault(one => one.Lost is not null) is not { Lost: { } why } lost)
        {
            return null;
        }
        if (seen.Count == 1)
        {
            return await EndedAsync(run.Id, why);
        }
        // There is no verdict in it any more: whoever is left ends soon, and what was measured until then is kept.
        var error = new RunError.SegmentLost(lost.Segment, seen.Count, begun, why.Message);
        await WriteAsync(run.Id, ArtifactNames.Stop, error.Code);
        return seen.All(one => one.End is not null || one.Lost is not null) ? await EndedAsync(run.Id, error) : null;
    }

    /// <summary>Starts lost segments again, once each; says go when all are ready.</summary>
    private async Task<IReadOnlyList<SegmentSight>> BeforeLoadAsync(RunRow run, IReadOnlyList<SegmentSight> seen)
    {
        if (seen.Any(one => one.End is not null))
        {
            // It will not be there when the others begin.
            await WriteAsync(run.Id, ArtifactNames.Stop, "segment-ended");
            return seen;
        }
        var now = parts.Time.GetUtcNow();
        var late = parts.Ages.Of(run) > _times.ReadyWithin(run);
        var after = await Task.WhenAll(
            seen.Select(async one =>
                one.Lost is { } why
                    ? late || run.CancelRequestedAt is not null || !why.MayPass
                        ? one
                        : await StartAgainAsync(run, one)
                    // Waits for nobody.
                    : seen.Count == 1
                        ? one
                        : await IsReadyAsync(run.Id, one.Segment)
                            ? one with
                            {
                                Ready = true,
                            }
                            : late
                                ? one with
                                {
                                    Lost = new RunError.RunnerNotStarted(
                                        $"it was not ready within {Seconds(_times.ReadyWithin(run))} s"
                                    ),
                                }
                                : one
            )
        );
        if (seen.Count > 1 && !late && run.CancelRequestedAt is null && after.All(one => one.Ready))
        {
            await WriteAsync(run.Id, ArtifactNames.Go, now.ToString("O", CultureInfo.InvariantCulture));
        }
        return after;
    }

    /// <summary>The segment as it is then: started anew, or lost for good.</summary>
    private async Task<SegmentSight> StartAgainAsync(RunRow run, SegmentSight lost)
    {
        if (await IsRetriedAsync(run.Id, lost.Segment))
        {
            return lost;
        }
        var order = await OrderAsync(run, lost.Segment) with { Attempt = 1 };
        // Before it is started: a server that dies in between has used up the second start, and no third is ever made.
        await WriteAsync(run.Id, ArtifactNames.Retried(lost.Segment), lost.Lost!.Message);
        await parts.Launcher.EndSegmentAsync(run.Id, lost.Segment, cancellation);
        parts.Pulse.Forget(run.Id, lost.Segment);
        return lost with { Lost = await parts.Launcher.StartAsync(order, cancellation) };
    }

    private async Task<RunnerOrder> OrderAsync(RunRow run, int segment)
    {
        // All times of an order are of this moment's clock, which need not be the one that the run began by.
        var now = parts.Time.GetUtcNow();
        var begun = now - parts.Ages.Of(run);
        var deadline = begun + _times.Allowed(run);
        var until = deadline + SignatureLifetime.AfterDeadline;
        var access = await parts.Store.AccessForAsync(run.Id, segment, until, cancellation);
        return new RunnerOrder
        {
            RunId = run.Id,
            Environment = run.Request.Environment,
            Segment = segment,
            Segments = run.Plan!.Segments,
            Attempt = await IsRetriedAsync(run.Id, segment) ? 1 : 0,
            IssuedAt = now,
            ReadWithin = _times.PlacementAllowance,
            StartBy = run.Plan.Segments > 1 ? begun + _times.StartWithin(run) : null,
            Artifacts = access.Artifacts,
            Grants = access.Grants,
            Deadline = deadline,
            ArtifactPatience = parts.Options.ArtifactPatience,
            Engine = parts.Options.Engine,
            ParentPid = Environment.ProcessId,
            Size = run.Request.Configuration.Runner,
            // Its environment may bear less than it did when the run was asked for.
            EarlyStop = run.Request.Configuration.EarlyStop.Within(parts.Limits.On(run.Request.Environment).EarlyStop),
            Secrets = SecretReferences.Of(run.Request.Configuration),
            Strip = parts.Options.Admission.Strip,
            Target = run.Request.Configuration.BaseUrl,
            Targets = parts.Options.Admission.On(run.Request.Environment).Targets,
            TargetHost = run.Request.Configuration.BaseUrl.Host,
            Traceparent = RunTelemetry.Traceparent(),
        };
    }

    /// <summary>Looks at a segment, and asks for it in the next region where the one it was accepted in has no room.</summary>
    private async Task<SegmentSight> LookAndPlaceAsync(RunRow run, int segment)
    {
        var sight = await LookAsync(run.Id, segment);
        return sight.Lost is { IsOfRegion: true } && run.CancelRequestedAt is null
            ? sight with
            {
                Lost = await parts.Launcher.StartAsync(await OrderAsync(run, segment), cancellation),
            }
            : sight;
    }

    private async Task<SegmentSight> LookAsync(Guid runId, int segment)
    {
        // Looked at before the end record: a runner that ends between the two looks has written it.
        var runner = await parts.Launcher.LookAsync(runId, segment, cancellation);
        if (await parts.Artifacts.ReadEndAsync(runId, segment, cancellation) is { } end)
        {
            return new SegmentSight(segment, end, null);
        }
        var pulse = await parts.Pulse.TakeAsync(runId, segment, cancellation);
        RunError? lost =
            runner is { Presence: RunnerPresence.Gone, Error: { } why } ? why
            : runner.Presence == RunnerPresence.Gone
            || (runner.Presence == RunnerPresence.Stranger && pulse.Silence > SegmentTimes.StrangersSilence)
                ? new RunError.RunnerLost(runner.LastWords ?? "nothing is known of its end")
            : pulse.HasBegun && pulse.Silence > parts.Options.RunnerSilence
                ? new RunError.RunnerLost($"it is there, but said nothing for {Seconds(pulse.Silence)} s")
            : null;
        return new SegmentSight(segment, null, lost);
    }

    private async Task<bool> IsReadyAsync(Guid runId, int segment) =>
        await parts.Artifacts.ReadTextAsync(runId, ArtifactNames.Ready(segment), cancellation)
        == (await IsRetriedAsync(runId, segment) ? "1" : "0");

    private Task<bool> IsRetriedAsync(Guid runId, int segment) => IsThereAsync(runId, ArtifactNames.Retried(segment));

    private async Task<bool> IsThereAsync(Guid runId, string name)
    {
        await using var content = await parts.Store.OpenReadAsync(runId, name, cancellation);
        return content is not null;
    }

    /// <summary>Whatever the runners still do, nobody waits for them any more.</summary>
    private async Task<RunnersAnswer> EndedAsync(Guid runId, RunError error)
    {
        // Before the runners are ended: those that another server started can be told in no other way.
        await WriteAsync(runId, ArtifactNames.Stop, error.Code);
        await parts.Launcher.EndAsync(runId, cancellation);
        return new RunnersAnswer(true, error);
    }

    private Task WriteAsync(Guid runId, string name, string text) =>
        parts.Store.WriteAsync(runId, name, Encoding.UTF8.GetBytes(text), cancellation);

    private static string Seconds(TimeSpan span) => span.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);

    /// <summary>A segment at a look.</summary>
    /// <param name="Segment">Which one.</param>
    /// <param name="End">Its end record; null until it is there.</param>
    /// <param name="Lost">Why it is gone without one; null where it is not.</param>
    private sealed record SegmentSight(int Segment, RunnerEnd? End, RunError? Lost)
    {
        /// <summary>Whether it waits for go.</summary>
        public bool Ready { get; init; }
    }
}
