using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Core.Scripts;

namespace PerfGate.Core.Reports;

/// <summary>
/// What was asked for and what was planned from it. Header values, bodies and the user part of the target may hold secrets
/// and are left out.
/// </summary>
internal static class ConfigurationSection
{
    public static Markup Draw(RunResult result) =>
        Markup.Of(
            $"""
            <section aria-labelledby="configuration"><h2 id="configuration">Configuration</h2>
            <dl class="pairs">{Markup.Join(
                Pairs(result).Select(pair => Markup.Of($"<dt>{pair.Name}</dt><dd>{pair.Value}</dd>"))
            )}</dl>
            {(result.Plan is { } plan ? Scenarios(plan) : Markup.Empty)}
            {Steps(result.Request.Configuration.Scenarios)}
            </section>
            """
        );

    private static IEnumerable<(string Name, string Value)> Pairs(RunResult result)
    {
        var configuration = result.Request.Configuration;
        yield return ("Test", ReportWords.TestName(result));
        yield return ("Target", ReportWords.Target(configuration.BaseUrl));
        if (Load(configuration) is { } load)
        {
            yield return ("Load asked for", load);
        }
        if (configuration.Stages.Count > 0)
        {
            yield return ("Stages asked for", Stages(configuration.Stages));
        }
        if (result.Plan is { } plan)
        {
            yield return (
                "Planned",
                FormattableString.Invariant(
                    $"{DurationText.Format(plan.Duration)}, then up to {DurationText.Format(plan.GracefulStop)} to finish; at most {plan.MaxVus} VUs{Cap(plan)}"
                )
            );
        }
        if (configuration.Tags.Count > 0)
        {
            var tags = configuration.Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal);
            yield return ("Tags", string.Join(", ", tags.Select(tag => $"{tag.Key}={tag.Value}")));
        }
        yield return ("Accepted", Figures.Moment(result.CreatedAt));
        yield return ("Load began", result.StartedAt is { } started ? Figures.Moment(started) : "never");
        yield return ("Ended", result.EndedAt is { } ended ? Figures.Moment(ended) : Figures.Absent);
        yield return ("Engine", string.IsNullOrWhiteSpace(result.Engine) ? "none" : result.Engine);
        yield return ("Run", result.RunId.ToString());
    }

    private static string Cap(LoadPlan plan) =>
        plan.RequestsPerSecond > 0
            ? FormattableString.Invariant($" and {plan.RequestsPerSecond:#,0} requests a second")
            : "";

    private static string? Load(TestConfiguration configuration)
    {
        var parts = new List<string>();
        if (configuration.Vus is { } vus)
        {
            parts.Add(FormattableString.Invariant($"{vus} VUs"));
        }
        if (configuration.ArrivalRate is { } rate)
        {
            parts.Add($"{Figures.Number(rate)} iterations/s");
        }
        if (configuration.Duration is { } duration)
        {
            parts.Add(DurationText.Format(duration));
        }
        return parts.Count == 0 ? null : string.Join(", ", parts);
    }

    private static string Stages(IReadOnlyList<Stage> stages) =>
        string.Join(
            ", ",
            stages.Select(stage => $"to {Figures.Number(stage.Target)} in {DurationText.Format(stage.Duration)}")
        );

    private static Markup Scenarios(LoadPlan plan) =>
        Markup.Of(
            $"""
            <h3>Scenarios as planned</h3>
            <table class="cards" role="table"><thead role="rowgroup"><tr role="row"><th role="columnheader">Scenario</th><th role="columnheader">Executor</th><th role="columnheader" class="n">Weight</th><th role="columnheader" class="n">Most VUs</th><th role="columnheader">Stages</th></tr></thead>
            <tbody role="rowgroup">{Markup.Join(plan.Scenarios.Select(Scenario))}</tbody></table>
            """
        );

    private static Markup Scenario(PlannedScenario scenario) =>
        Markup.Of(
            $"""
            <tr role="row"><th role="rowheader" scope="row"><bdi>{scenario.Name}</bdi></th>
            <td role="cell" data-label="Executor">{scenario.Executor}</td>
            <td role="cell" class="n" data-label="Weight">{Figures.Number(scenario.Configuration.Weight)}</td>
            <td role="cell" class="n" data-label="Most VUs">{Figures.Count(scenario.MaxVus)}</td>
            <td role="cell" class="wide" data-label="Stages">from {Figures.Number(scenario.StartTarget)} {Stages(
                scenario.Stages
            )}{(
                scenario.Executor.Contains("arrival", StringComparison.Ordinal) ? " (iterations/s)" : " (VUs)"
            )}</td></tr>

            """
        );

    private static Markup Steps(IReadOnlyList<ScenarioConfiguration> scenarios)
    {
        var custom = scenarios.Where(scenario => scenario.Steps.Count > 0).ToList();
        return custom.Count == 0
            ? Markup.Empty
            : Markup.Of(
                $"""
                <details><summary>Steps of the custom scenarios</summary>
                {Markup.Join(
                    custom.Select(scenario =>
                        Markup.Of(
                            $"""<h3><bdi>{scenario.Name}</bdi></h3><ol>{Markup.Join(scenario.Steps.Select(step => Markup.Of($"<li><code>{step.Method} {step.Path}</code></li>")))}</ol>"""
                        )
                    )
                )}
                </details>
                """
            );
    }
}
