using System.Globalization;
using PerfGate.Core.Baselines;
using PerfGate.Core.Metrics;

namespace PerfGate.Core.Runs;

/// <summary>
/// Compares any two runs that measured something. Better and worse are said only of runs of the same load, engine and
/// environment whose measurements carry a verdict, and only beyond what two runs of the same usually differ by.
/// </summary>
public static class RunComparer
{
    /// <summary>Compares.</summary>
    /// <param name="from">The base; its metrics must be there.</param>
    /// <param name="to">The candidate; its metrics must be there.</param>
    /// <param name="past">Accepted runs of the base's load and engine, from which the usual spread is learnt; may be empty.</param>
    /// <exception cref="ArgumentException">A run measured nothing.</exception>
    public static RunComparison Compare(RunResult from, RunResult to, IReadOnlyList<AcceptedRun> past)
    {
        var (before, after) = (MetricsOf(from), MetricsOf(to));
        var obstacles = Obstacles(from, to).ToList();
        var noise = new RunNoise(past);
        var metrics = Figures(before.Overall, after.Overall, obstacles.Count == 0 ? noise : null);
        // How much a scenario or an endpoint usually varies is not kept: it is assumed.
        var assumed = obstacles.Count == 0 ? new RunNoise([]) : null;
        return new RunComparison(
            Side(from, before),
            Side(to, after),
            obstacles,
            obstacles.Count == 0 ? past.Count : 0,
            Sentence(metrics, obstacles, past.Count),
            metrics,
            Parts(before.ByScenario, after.ByScenario, assumed),
            Parts(before.ByEndpoint, after.ByEndpoint, assumed)
        );
    }

    private static RunMetrics MetricsOf(RunResult run) =>
        run.Metrics ?? throw new ArgumentException($"Run {run.RunId} measured nothing.");

    private static IEnumerable<Reason> Obstacles(RunResult from, RunResult to)
    {
        if (from.Request.TestType != to.Request.TestType)
        {
            yield return new Reason(
                "test-type-differs",
                $"The base is a {Word(from.Request.TestType)} test, the candidate a {Word(to.Request.TestType)} test."
            );
        }
        if (from.Request.Environment != to.Request.Environment)
        {
            yield return new Reason(
                "environment-differs",
                $"The base ran against {Word(from.Request.Environment)}, the candidate against {Word(to.Request.Environment)}."
            );
        }
        var asFrom = to.Request with { TestType = from.Request.TestType, Environment = from.Request.Environment };
        if (LoadFingerprint.Of(from.Request) != LoadFingerprint.Of(asFrom))
        {
            yield return new Reason(
                "load-differs",
                "The runs differ in VUs, arrival rate, duration, stages or scenarios."
            );
        }
        var (engine, other) = (EngineKinds.Of(from.Engine), EngineKinds.Of(to.Engine));
        if (engine != other)
        {
            yield return new Reason(
                "engine-differs",
                $"The load of the base was made by {EngineKinds.Name(engine)}, that of the candidate by {EngineKinds.Name(other)}."
            );
        }
        foreach (var (run, name) in new[] { (from, "base"), (to, "candidate") })
        {
            if (run.Verdict.Verdict is Verdict.Inconclusive or Verdict.Error)
            {
                yield return new Reason(
                    $"{name}-carries-no-verdict",
                    $"What the {name} measured cannot be trusted: {(run.Verdict.Reasons is [var first, ..] ? first.Sentence : "its verdict is none.")}"
                );
            }
        }
    }

    private static ComparedRun Side(RunResult run, RunMetrics metrics) =>
        new(
            run.RunId,
            run.Request.TestType,
            run.Request.Environment,
            run.Verdict.Verdict,
            run.Engine,
            run.StartedAt,
            metrics.DurationSeconds,
            metrics.Overall.Requests
        );

    private static List<ComparedPart> Parts(
        IReadOnlyDictionary<string, RequestStats> before,
        IReadOnlyDictionary<string, RequestStats> after,
        RunNoise? noise
    ) =>
        [
            .. before
                .Keys.Order(StringComparer.Ordinal)
                .Concat(after.Keys.Except(before.Keys).Order(StringComparer.Ordinal))
                .Select(name =>
                {
                    var (from, to) = (before.GetValueOrDefault(name), after.GetValueOrDefault(name));
                    return new ComparedPart(
                        name,
                        to is null ? ComparedIn.Base
                            : from is null ? ComparedIn.Candidate
                            : ComparedIn.Both,
                        Figures(from, to, noise)
                    );
                }),
        ];

    private static List<ComparedMetric> Figures(RequestStats? from, RequestStats? to, RunNoise? noise) =>
        [.. ComparedFigure.All.Select(figure => figure.Compare(from, to, noise))];

    private static string Sentence(List<ComparedMetric> metrics, List<Reason> obstacles, int past)
    {
        if (obstacles.Count > 0)
        {
            return $"Better and worse cannot be told: {string.Join(' ', obstacles.Select(obstacle => obstacle.Sentence))}";
        }
        var worse = metrics.Count(metric => metric.Outcome == ComparedOutcome.Worse);
        var better = metrics.Count(metric => metric.Outcome == ComparedOutcome.Better);
        var noise =
            past == 0
                ? "noise, which is assumed, since no run of this load was accepted"
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"noise, as learnt from {past} accepted run{(past == 1 ? "" : "s")} of this load"
                );
        return (worse, better) switch
        {
            (0, 0) => $"No difference beyond {noise}.",
            _ => string.Create(
                CultureInfo.InvariantCulture,
                $"Of {metrics.Count} figures {worse} are worse and {better} better beyond {noise}."
            ),
        };
    }

    private static string Word<T>(T value)
        where T : struct, Enum => Requests.EnumText.Lower(value);
}
