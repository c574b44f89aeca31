using System.Text.Json.Nodes;

namespace PerfGate.K6.Options;

/// <summary>Reads scenarios, and the short forms (vus, duration, iterations, stages) as the scenario they stand for.</summary>
internal static class ScenarioReader
{
    private static readonly HashSet<string> Executors =
    [
        "shared-iterations",
        "per-vu-iterations",
        "constant-vus",
        "ramping-vus",
        "constant-arrival-rate",
        "ramping-arrival-rate",
    ];

    public static List<ScenarioOptions> Read(OptionFields options)
    {
        var shortForm = ShortForm(options);
        if (options.Node("scenarios") is not JsonObject { Count: > 0 } scenarios)
        {
            return [shortForm];
        }
        return [.. scenarios.Select(scenario => Scenario(scenario.Key, scenario.Value))];
    }

    private static ScenarioOptions ShortForm(OptionFields options)
    {
        var vus = options.Whole("vus", 1);
        var stages = Stages(options, "stages");
        var iterations = options.Has("iterations");
        var duration = options.Duration("duration", TimeSpan.Zero);
        var count = (long)options.Number("iterations", 1);
        Require(vus > 0, "default", "vus must be at least 1");
        if (stages.Count > 0)
        {
            return new ScenarioOptions
            {
                Name = "default",
                Executor = "ramping-vus",
                Vus = options.Has("vus") ? vus : 1,
                Stages = stages,
            };
        }
        if (duration > TimeSpan.Zero && !iterations)
        {
            return new ScenarioOptions
            {
                Name = "default",
                Executor = "constant-vus",
                Vus = vus,
                Duration = duration,
            };
        }
        Require(count >= vus, "default", "the number of iterations must not be below the number of VUs");
        return new ScenarioOptions
        {
            Name = "default",
            Executor = "shared-iterations",
            Vus = vus,
            Iterations = count,
            MaxDuration = duration > TimeSpan.Zero ? duration : TimeSpan.FromMinutes(10),
        };
    }

    private static ScenarioOptions Scenario(string name, JsonNode? node)
    {
        if (node is not JsonObject source)
        {
            throw new ScriptException($"scenario {name} must be an object");
        }
        var fields = new OptionFields(source, $"scenario {name}");
        var executor = fields.Text("executor") ?? throw new ScriptException($"scenario {name} has no executor");
        if (!Executors.Contains(executor))
        {
            throw new ScriptException($"unknown executor type '{executor}'");
        }
        var ramping = executor.StartsWith("ramping", StringComparison.Ordinal);
        var preAllocated = fields.Whole("preAllocatedVUs", 0);
        var scenario = new ScenarioOptions
        {
            Name = name,
            Executor = executor,
            Exec = fields.Text("exec") ?? "default",
            StartTime = fields.Duration("startTime", TimeSpan.Zero),
            GracefulStop = fields.Duration("gracefulStop", TimeSpan.FromSeconds(30)),
            GracefulRampDown = fields.Duration("gracefulRampDown", TimeSpan.FromSeconds(30)),
            Env = fields.Texts("env"),
            Tags = fields.Texts("tags"),
            Vus = fields.Whole(ramping ? "startVUs" : "vus", 1),
            Iterations = (long)fields.Number("iterations", 1),
            Duration = fields.Duration("duration", TimeSpan.Zero),
            MaxDuration = fields.Duration("maxDuration", TimeSpan.FromMinutes(10)),
            Rate = fields.Number(ramping ? "startRate" : "rate", 0),
            TimeUnit = fields.Duration("timeUnit", TimeSpan.FromSeconds(1)),
            PreAllocatedVus = preAllocated,
            MaxVus = fields.Whole("maxVUs", preAllocated),
            Stages = Stages(fields, "stages"),
        };
        fields.Node("options");
        fields.RefuseOthers([]);
        Check(scenario, fields);
        return scenario;
    }

    private static void Check(ScenarioOptions scenario, OptionFields fields)
    {
        var name = scenario.Name;
        Require(
            scenario.Vus >= (scenario.Executor == "ramping-vus" ? 0 : 1),
            name,
            "the number of VUs must be at least 1"
        );
        switch (scenario.Executor)
        {
            case "shared-iterations" or "per-vu-iterations":
                Require(scenario.Iterations > 0, name, "the number of iterations must be at least 1");
                break;
            case "constant-vus":
                Require(scenario.Duration > TimeSpan.Zero, name, "the duration must be more than 0");
                break;
            case "ramping-vus":
                Require(scenario.Stages.Count > 0, name, "at least one stage has to be specified");
                break;
            default:
                Require(fields.Has("preAllocatedVUs"), name, "the number of preAllocatedVUs isn't specified");
                Require(scenario.MaxVus >= scenario.PreAllocatedVus, name, "maxVUs can't be less than preAllocatedVUs");
                Require(scenario.TimeUnit > TimeSpan.Zero, name, "the timeUnit must be more than 0");
                Require(
                    scenario.Executor != "constant-arrival-rate" || scenario.Rate > 0,
                    name,
                    "the iteration rate must be more than 0"
                );
                Require(
                    scenario.Executor != "constant-arrival-rate" || scenario.Duration > TimeSpan.Zero,
                    name,
                    "the duration must be more than 0"
                );
                Require(
                    scenario.Executor != "ramping-arrival-rate" || scenario.Stages.Count > 0,
                    name,
                    "at least one stage has to be specified"
                );
                break;
        }
    }

    private static List<(TimeSpan, double)> Stages(OptionFields fields, string name) =>
        fields.Node(name) switch
        {
            null => [],
            JsonArray stages =>
            [
                .. stages.Select(stage =>
                {
                    var members = new OptionFields(
                        stage as JsonObject ?? throw new ScriptException("a stage must be an object"),
                        "stage"
                    );
                    var target = members.Number("target", double.NaN);
                    return double.IsFinite(target) && target >= 0
                        ? (members.Duration("duration", TimeSpan.Zero), target)
                        : throw new ScriptException("a stage has no target of 0 or more");
                }),
            ],
            _ => throw new ScriptException("stages must be a list"),
        };

    private static void Require(bool holds, string scenario, string problem)
    {
        if (!holds)
        {
            throw new ScriptException($"scenario {scenario}: {problem}");
        }
    }
}
