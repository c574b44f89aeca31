using System.Globalization;
using System.Text.Json.Nodes;
using PerfGate.Core.Requests;
using PerfGate.Core.Thresholds;

namespace PerfGate.Core.Scripts;

/// <summary>The <c>options</c> of a generated script.</summary>
/// <remarks>https://grafana.com/docs/k6/latest/using-k6/k6-options/reference/</remarks>
internal static class K6Options
{
    private static readonly string[] TrendStats = ["avg", "min", "med", "max", "p(90)", "p(95)", "p(99)", "count"];

    /// <summary>Units of time in which a rate may be told, seconds: k6 takes whole rates only.</summary>
    private static readonly (int Seconds, string Text)[] TimeUnits = [(1, "1s"), (10, "10s"), (60, "1m"), (3600, "1h")];

    /// <summary>Builds them; maps are sorted, so that the order in which a caller wrote or a database kept them is no difference.</summary>
    /// <param name="request">Thresholds and tags.</param>
    /// <param name="plan">Scenarios.</param>
    /// <param name="exec">Exec function by scenario name.</param>
    public static JsonObject Build(RunRequest request, LoadPlan plan, IReadOnlyDictionary<string, string> exec)
    {
        var scenarios = new JsonObject();
        foreach (var scenario in plan.Scenarios)
        {
            scenarios[scenario.Name] = Scenario(scenario, plan, exec[scenario.Name]);
        }
        var thresholds = Thresholds(request.Configuration.Thresholds, plan);
        var options = new JsonObject
        {
            ["scenarios"] = scenarios,
            ["thresholds"] = new JsonObject(
                thresholds.Select(each => KeyValuePair.Create(each.Key, (JsonNode?)Array(each.Value)))
            ),
            ["summaryTrendStats"] = Array(
                TrendStats.Concat(thresholds.Values.SelectMany(each => each).Select(Percentile).OfType<string>())
            ),
            ["tags"] = new JsonObject(
                request
                    .Configuration.Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal)
                    .Select(tag => KeyValuePair.Create(tag.Key, (JsonNode?)tag.Value))
            ),
            ["userAgent"] = "PerfGate/0.1 (k6)",
        };
        if (plan.RequestsPerSecond > 0)
        {
            // Of each process: k6 does not divide it. What is left over is given up, so that the sum is not exceeded.
            options["rps"] = Math.Max(1, plan.RequestsPerSecond / plan.Segments);
        }
        return options;
    }

    private static JsonObject Scenario(PlannedScenario scenario, LoadPlan plan, string exec)
    {
        var options = new JsonObject { ["executor"] = scenario.Executor, ["exec"] = exec };
        var rates = scenario.Executor.EndsWith("arrival-rate", StringComparison.Ordinal);
        var constant = scenario.Executor.StartsWith("constant", StringComparison.Ordinal);
        var (factor, timeUnit) = rates ? TimeUnit(scenario) : (1, "");
        long Whole(double target) => (long)Math.Round(target * factor);

        if (constant)
        {
            // A rate of 0 is refused by k6; the smallest it knows is one iteration a time unit.
            options[rates ? "rate" : "vus"] = Math.Max(1, Whole(scenario.StartTarget));
            options["duration"] = DurationText.Format(plan.Duration);
        }
        else
        {
            options[rates ? "startRate" : "startVUs"] = Whole(scenario.StartTarget);
            options["stages"] = new JsonArray([
                .. scenario.Stages.Select(stage => new JsonObject
                {
                    ["duration"] = DurationText.Format(stage.Duration),
                    ["target"] = Whole(stage.Target),
                }),
            ]);
        }
        if (rates)
        {
            options["timeUnit"] = timeUnit;
            options["preAllocatedVUs"] = scenario.PreAllocatedVus;
            options["maxVUs"] = scenario.MaxVus;
        }
        options["gracefulStop"] = DurationText.Format(plan.GracefulStop);
        if (scenario.Executor == "ramping-vus")
        {
            options["gracefulRampDown"] = DurationText.Format(plan.GracefulStop);
        }
        return options;
    }

    private static (int Factor, string Text) TimeUnit(PlannedScenario scenario)
    {
        var targets = scenario.Stages.Select(stage => stage.Target).Append(scenario.StartTarget).ToArray();
        // Rates are planned to a millionth: what is left beside a whole number at a coarser unit is rounding.
        bool Fits(int seconds) =>
            targets.All(target => Math.Abs((target * seconds) - Math.Round(target * seconds)) < 1e-4);
        return TimeUnits.FirstOrDefault(unit => Fits(unit.Seconds), TimeUnits[^1]);
    }

    /// <summary>
    /// PerfGate's own four, the caller's, and one a scenario that always holds: k6 keeps a submetric in its summary only where
    /// a threshold names it. None aborts the run.
    /// </summary>
    private static SortedDictionary<string, SortedSet<string>> Thresholds(ThresholdSettings settings, LoadPlan plan)
    {
        var all = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        void Add(string metric, string expression)
        {
            if (!all.TryGetValue(metric, out var expressions))
            {
                all[metric] = expressions = new SortedSet<string>(StringComparer.Ordinal);
            }
            expressions.Add(expression);
        }

        Add("http_req_duration{expected_response:true}", $"avg<={Number(settings.MaxAvgResponseTime)}");
        Add("http_req_duration{expected_response:true}", $"p(95)<={Number(settings.MaxP95ResponseTime)}");
        Add("http_req_failed", $"rate<={Number(settings.MaxErrorRate)}");
        Add("http_reqs", $"rate>={Number(settings.MinThroughput)}");
        foreach (var scenario in plan.Scenarios)
        {
            Add($"http_req_duration{{scenario:{scenario.Name}}}", "max>=0");
            Add($"http_req_failed{{scenario:{scenario.Name}}}", "rate>=0");
            Add($"http_reqs{{scenario:{scenario.Name}}}", "count>=0");
        }
        foreach (var (metric, expressions) in settings.K6)
        {
            foreach (var expression in expressions)
            {
                Add(metric, expression);
            }
        }
        return all;
    }

    private static string? Percentile(string text) =>
        K6ThresholdExpression.TryParse(text, out var expression, out _) && expression.Percentile is not null
            ? expression.Statistic
            : null;

    private static JsonArray Array(IEnumerable<string> texts) =>
        [.. texts.Distinct(StringComparer.Ordinal).Select(text => (JsonNode?)text)];

    private static string Number(double value) => value.ToString("0.############", CultureInfo.InvariantCulture);
}
