using PerfGate.Core.Admission;
using PerfGate.Core.Baselines;
using PerfGate.Core.Requests;
using PerfGate.Core.Scripts;

namespace PerfGate.Adapters.Postgres;

/// <summary>A run to be stored.</summary>
/// <param name="Id">Its id, made by the caller, so that storing it twice is storing it once.</param>
/// <param name="Request">What was asked for.</param>
/// <param name="EstimatedCompletion">When it should have ended, UTC.</param>
/// <param name="RequestedBy">Who asked; null where unknown.</param>
/// <param name="Fingerprint">Which runs it may be compared with.</param>
public sealed record NewRun(
    Guid Id,
    RunRequest Request,
    DateTimeOffset EstimatedCompletion,
    string? RequestedBy,
    string Fingerprint
)
{
    /// <summary>Time between acceptance and first request, and between end of load and verdict, together.</summary>
    private static readonly TimeSpan Around = TimeSpan.FromSeconds(5);

    /// <summary>The stored test it is a run of; null for the test that its own request makes.</summary>
    public Guid? TestDefinitionId { get; init; }

    /// <summary>Most VUs at once times planned minutes: what it takes of its environment's day.</summary>
    public double VuMinutes { get; init; }

    /// <summary>Who asked, as the audit trail names it; null where no more than <see cref="RequestedBy"/> is known.</summary>
    public Caller? Caller { get; init; }

    /// <summary>What the audit trail says about it once it is stored.</summary>
    internal AuditEntry Audit =>
        new(Caller ?? RequestedBy, AuditActions.Execute, AuditOutcomes.Accepted)
        {
            Environment = Request.Environment,
            Subject = $"{Id}",
            Detail =
                $"{EnumText.Lower(Request.TestType)} against {Request.Configuration.BaseUrl}"
                + (TestDefinitionId is { } test ? $", stored test {test}" : ""),
        };

    /// <summary>A run that is asked for now.</summary>
    public static NewRun Of(RunRequest request, string? by, Limits limits, DateTimeOffset now)
    {
        var plan = LoadPlanner.Plan(request, limits);
        var end = now + plan.Duration + Around;
        return new NewRun(
            Guid.CreateVersion7(now),
            request,
            // No finer than the database keeps it: asked again, it is answered the same.
            end.AddTicks(-(end.Ticks % TimeSpan.TicksPerMillisecond)),
            by,
            LoadFingerprint.Of(request)
        )
        {
            VuMinutes = plan.MaxVus * plan.Duration.TotalMinutes,
        };
    }
}
