using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Thresholds;

namespace PerfGate.Core.Runners;

/// <summary>
/// What a runner is told: given to it as JSON on standard input's first line, or in the environment variable
/// <c>PERFGATE_ORDER</c> (containers).
/// </summary>
public sealed record RunnerOrder
{
    /// <summary>The environment variable.</summary>
    public const string Variable = "PERFGATE_ORDER";

    /// <summary>The run.</summary>
    public required Guid RunId { get; init; }

    /// <summary>The environment that is loaded; null where that is not known.</summary>
    public TargetEnvironment? Environment { get; init; }

    /// <summary>This segment, from 0.</summary>
    public int Segment { get; init; }

    /// <summary>Segments of the run, at least 1.</summary>
    public int Segments { get; init; } = 1;

    /// <summary>
    /// Until when the runner waits for <see cref="ArtifactNames.Go"/> before it begins, UTC; it does not begin later. Null
    /// (default): it waits for nobody.
    /// </summary>
    public DateTimeOffset? StartBy { get; init; }

    /// <summary>Which start of this segment this is, from 0: a segment that was lost before the load began is started again.</summary>
    public int Attempt { get; init; }

    /// <summary>
    /// Where the run's artifacts are: <c>file:///folder/</c>, or a container/prefix URL with a SAS query
    /// (<c>https://account/container/prefix/?sv=...</c>). Names: <see cref="ArtifactNames"/>.
    /// </summary>
    public required Uri Artifacts { get; init; }

    /// <summary>
    /// What the runner may do with each artifact in blob storage: name of the artifact to the query of a SAS for it alone. Empty
    /// where the location's own query opens them all, and for a folder.
    /// </summary>
    public IReadOnlyDictionary<string, string> Grants { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// When the order was made, UTC, by the clock that its other times are of; null where that is not known, and then the runner's
    /// clock is taken for right.
    /// </summary>
    public DateTimeOffset? IssuedAt { get; init; }

    /// <summary>How long after <see cref="IssuedAt"/> the runner may read the order, 0 (default) or more: a container is placed first.</summary>
    public TimeSpan ReadWithin { get; init; }

    /// <summary>When the engine is stopped at the latest, UTC.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>
    /// How long the runner waits for artifacts in blob storage that are out of reach, 0 or more; default 5 minutes. Its load goes on
    /// meanwhile.
    /// </summary>
    public TimeSpan ArtifactPatience { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary><c>auto</c> (k6 on PATH, else embedded; default), <c>k6</c>, <c>embedded</c>, or a path to a k6 binary.</summary>
    public string Engine { get; init; } = "auto";

    /// <summary>Process to die with; null for none (containers).</summary>
    public int? ParentPid { get; init; }

    /// <summary>Environment variables handed to the script (<c>__ENV</c>).</summary>
    public IReadOnlyDictionary<string, string> ScriptEnvironment { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// What its container has; null, or a part of it, for the installation's own. Known to the place it runs in; the runner itself
    /// does not look at it.
    /// </summary>
    public RunnerSize? Size { get; init; }

    /// <summary>Beyond these the load is ended at once; null (default) for never.</summary>
    public EarlyStopBounds? EarlyStop { get; init; }

    /// <summary>
    /// Host of the target, to tell whether it shares this machine with the load engine; null where that is not known.
    /// </summary>
    public string? TargetHost { get; init; }

    /// <summary>
    /// Names of the secrets that the script refers to: their values are in the runner's environment
    /// (<see cref="SecretReferences.Prefix"/>), and go on into the engine's.
    /// </summary>
    public IReadOnlyList<string> Secrets { get; init; } = [];

    /// <summary>
    /// A regular expression of what else is taken out of all that the runner keeps; null (default) for nothing. See
    /// <see cref="Sensitive.Concealment"/>.
    /// </summary>
    public string? Strip { get; init; }

    /// <summary>The target's root; null where it is not known.</summary>
    public Uri? Target { get; init; }

    /// <summary>Where the load may go; null for anywhere.</summary>
    public TargetRules? Targets { get; init; }

    /// <summary>
    /// The span that asked for this runner, as the W3C's <c>traceparent</c>; null where nobody listens. The runner's own spans
    /// are its children: sent by the runner where it is told of a collector, else told by the server.
    /// </summary>
    public string? Traceparent { get; init; }

    /// <summary>
    /// How the names of the private folders begin that runners of a run have in the system's folder for temporary files.
    /// </summary>
    public static string FolderPrefix(Guid runId) => FormattableString.Invariant($"perfgate-{runId:N}-");

    /// <summary>The same of the runners of one segment.</summary>
    public static string FolderPrefix(Guid runId, int segment) =>
        FormattableString.Invariant($"{FolderPrefix(runId)}{segment}-");
}
