using System.Globalization;
using System.Text.Json;
using PerfGate.Core.Admission;
using PerfGate.Core.Scripts;
using PerfGate.Core.Thresholds;

namespace PerfGate.Core.Requests;

/// <summary>Reads the <c>configuration</c> of a request.</summary>
internal static class ConfigurationReader
{
    private static readonly string[] Known =
    [
        "baseUrl",
        "vus",
        "arrivalRate",
        "segments",
        "runner",
        "duration",
        "stages",
        "scenarios",
        "thresholds",
        "earlyStop",
        "tags",
    ];

    /// <summary>Reads one; null where it is no object or lacks what it needs. <paramref name="type"/> is null where the request names none.</summary>
    public static TestConfiguration? Read(
        JsonElement value,
        string path,
        TestType? type,
        Limits limits,
        ErrorList errors,
        bool needsTarget = true
    )
    {
        if (FieldReader.Open(value, path, errors, Known) is not { } fields)
        {
            return null;
        }
        var shape = type ?? TestType.Load;
        // The target's root has rules of its own, which allow no user, password or query.
        foreach (var member in value.EnumerateObject().Where(member => member.Name != "baseUrl"))
        {
            SensitiveContent.Refuse(member.Value, fields.At(member.Name), errors);
        }
        var baseUrl =
            needsTarget || fields.Has("baseUrl")
                ? TargetUrl.Read(fields, "baseUrl", limits.UrlLength)
                : TestConfiguration.UnknownTarget;
        var scenarios = ScenarioReader.ReadAll(fields, limits, errors);
        var model = LoadModel(fields, shape, scenarios, limits);
        var stages = Stages(fields, shape, model, UsersNeeded(scenarios), limits, errors);
        var duration = fields.Duration("duration", limits.ShortestDuration, limits.LongestDuration(shape));
        if (fields.Has("duration") && fields.HasEntries("stages"))
        {
            fields.Refuse(fields.At("duration"), "is given together with stages", "either duration or stages");
        }
        var segments = Segments(fields, model.Vus, stages, limits);
        var runner = Runner(fields, limits);
        var thresholds = ThresholdReader.Read(fields, limits, errors);
        var earlyStop = EarlyStop(fields, thresholds, limits);
        var tags = TagReader.Read(fields, limits);
        return baseUrl is null
            ? null
            : new TestConfiguration
            {
                BaseUrl = baseUrl,
                Vus = model.Vus,
                ArrivalRate = model.ArrivalRate,
                Segments = segments,
                Runner = runner,
                Duration = duration,
                Stages = stages,
                Scenarios = scenarios,
                Thresholds = thresholds,
                EarlyStop = earlyStop,
                Tags = tags,
            };
    }

    private static (int? Vus, double? ArrivalRate) LoadModel(
        FieldReader fields,
        TestType type,
        List<ScenarioConfiguration> scenarios,
        Limits limits
    )
    {
        if (fields.Has("vus") && fields.Has("arrivalRate"))
        {
            fields.Refuse(fields.At("vus"), "is given together with arrivalRate", "either vus or arrivalRate");
        }
        // With explicit stages the number is where they begin, as in k6: 0 is a good beginning, and nothing is multiplied.
        var staged = fields.HasEntries("stages");
        var peak = staged ? 1 : LoadShapes.PeakFactor(type);
        var needed = UsersNeeded(scenarios);
        var vus = fields.Whole("vus", staged ? 0 : 1, (int)(limits.Vus / peak));
        if (!staged && vus < needed)
        {
            fields.Refuse(
                fields.At("vus"),
                string.Create(CultureInfo.InvariantCulture, $"is {vus}, but {needed} scenarios share the users"),
                string.Create(CultureInfo.InvariantCulture, $"at least {needed}, or fewer scenarios")
            );
        }
        var rate = fields.Number(
            "arrivalRate",
            staged ? 0 : LoadShapes.LowestArrivalRate,
            limits.ArrivalRate / peak,
            " iterations a second"
        );
        return (vus, rate);
    }

    /// <summary>A segment without a user would be paid for, and do nothing.</summary>
    private static int Segments(FieldReader fields, int? vus, List<Stage> stages, Limits limits)
    {
        var segments = fields.Whole("segments", 1, limits.Segments) ?? 1;
        if (vus is null)
        {
            return segments;
        }
        var users = Math.Max(vus.Value, stages.Count > 0 ? stages.Max(stage => stage.Target) : 0);
        if (users < segments)
        {
            fields.Refuse(
                fields.At("segments"),
                string.Create(CultureInfo.InvariantCulture, $"is {segments}, but there are {users} users to share"),
                string.Create(CultureInfo.InvariantCulture, $"1 to {Math.Max(users, 1)}, or more users")
            );
        }
        return segments;
    }

    private static RunnerSize? Runner(FieldReader configuration, Limits limits) =>
        configuration.Object("runner", "cpu", "memoryGb") is { } fields
            ? new RunnerSize(
                fields.Tenths("cpu", 1, limits.RunnerCpu, " cores"),
                fields.Tenths("memoryGb", 1, limits.RunnerMemoryGb, " GB")
            )
            : null;

    /// <summary>
    /// Who allows more than the defaults as a threshold does not want the load to end before it; where the environment bears less, it
    /// does.
    /// </summary>
    private static EarlyStopBounds EarlyStop(FieldReader configuration, ThresholdSettings thresholds, Limits limits)
    {
        var fields = configuration.Object("earlyStop", "errorRate", "responseTime", "window");
        var (defaults, loosest) = (EarlyStopBounds.Default, limits.EarlyStop);
        return new EarlyStopBounds
        {
            ErrorRate =
                fields?.Number("errorRate", 0.05, loosest.ErrorRate)
                ?? Math.Max(defaults.ErrorRate, thresholds.MaxErrorRate),
            ResponseTime =
                fields?.Number("responseTime", 100, loosest.ResponseTime, " ms")
                ?? Math.Max(defaults.ResponseTime, thresholds.MaxAvgResponseTime),
            Window = fields?.Duration("window", TimeSpan.FromSeconds(5), loosest.Window) ?? defaults.Window,
        }.Within(loosest);
    }

    private static List<Stage> Stages(
        FieldReader fields,
        TestType type,
        (int? Vus, double? ArrivalRate) model,
        int needed,
        Limits limits,
        ErrorList errors
    )
    {
        var closed = fields.Has("vus");
        var longest = limits.LongestDuration(type);
        if (fields.Raw("stages") is { ValueKind: not JsonValueKind.Array } other)
        {
            fields.Refuse(fields.At("stages"), $"is {FieldReader.Kind(other)}", "an array of {duration, target}");
            return [];
        }
        var stages = fields.Items(
            "stages",
            limits.Stages,
            (entry, path) =>
            {
                if (FieldReader.Open(entry, path, errors, "duration", "target") is not { } stage)
                {
                    return null;
                }
                var duration = stage.Duration("duration", TimeSpan.Zero, longest, required: true);
                stage.Raw("target", closed ? "a number of VUs" : "iterations a second");
                double? target = closed
                    ? stage.Whole("target", 0, limits.Vus)
                    : stage.Number("target", 0, limits.ArrivalRate, " iterations a second");
                return duration is null || target is null ? null : new Stage(duration.Value, target.Value);
            }
        );
        if (!fields.HasEntries("stages") || stages.Count < fields.Raw("stages")!.Value.GetArrayLength())
        {
            // None, or some could not be read: their sum says nothing.
            return stages;
        }
        var total = TimeSpan.FromMilliseconds(stages.Sum(stage => stage.Duration.TotalMilliseconds));
        if (total < limits.ShortestDuration || total > longest)
        {
            fields.Refuse(
                fields.At("stages"),
                $"take {DurationText.Format(total)} together",
                $"{DurationText.Format(limits.ShortestDuration)} to {DurationText.Format(longest)} together"
            );
        }
        var peak = Math.Max(model.Vus ?? model.ArrivalRate ?? 0, stages.Max(stage => stage.Target));
        if (peak == 0)
        {
            fields.Refuse(fields.At("stages"), "never apply any load", "at least one target above 0");
        }
        else if (closed && peak < needed)
        {
            fields.Refuse(
                fields.At("stages"),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"reach {peak} VUs, but {needed} scenarios share the users"
                ),
                string.Create(CultureInfo.InvariantCulture, $"a target of at least {needed}, or fewer scenarios")
            );
        }
        return stages;
    }

    /// <summary>A scenario without a user would silently not be tested.</summary>
    private static int UsersNeeded(List<ScenarioConfiguration> scenarios) =>
        scenarios.Count > 0 ? scenarios.Count : BuiltInScenarios.All.Count;
}
