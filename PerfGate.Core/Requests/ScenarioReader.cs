using System.Text.Json;
using System.Text.RegularExpressions;
using PerfGate.Core.Admission;
using PerfGate.Core.Scripts;

namespace PerfGate.Core.Requests;

/// <summary>Reads the scenarios of a configuration.</summary>
internal static partial class ScenarioReader
{
    private const double LowestWeight = 0.001;

    /// <summary>Reads them; those that are no objects are left out, what is wrong is noted.</summary>
    public static List<ScenarioConfiguration> ReadAll(FieldReader fields, Limits limits, ErrorList errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return fields.Items(
            "scenarios",
            limits.Scenarios,
            (entry, path) =>
            {
                var scenario = Read(entry, path, limits, errors);
                if (scenario is { Name.Length: > 0 } && !seen.Add(scenario.Name))
                {
                    errors.Add(
                        new FieldError(FieldPath.Member(path, "name"), "is given to two scenarios", "a name of its own")
                    );
                }
                return scenario;
            }
        );
    }

    private static ScenarioConfiguration? Read(JsonElement entry, string path, Limits limits, ErrorList errors)
    {
        if (FieldReader.Open(entry, path, errors, "name", "weight", "thinkTime", "steps") is not { } fields)
        {
            return null;
        }
        const string nameForm = "a letter, then up to 63 letters, digits, hyphens or underscores";
        var name = fields.Text("name", 64, nameForm, required: true);
        if (name is not null && !ScenarioName().IsMatch(name))
        {
            fields.Refuse(fields.At("name"), $"is \"{FieldPath.Shown(name)}\"", nameForm);
            name = null;
        }
        var captured = new HashSet<string>(StringComparer.Ordinal);
        var steps = fields.Items(
            "steps",
            limits.Steps,
            (step, stepPath) => StepReader.Read(step, stepPath, captured, limits, errors)
        );
        CheckKind(fields, name);
        return new ScenarioConfiguration
        {
            Name = name ?? "",
            Weight = fields.Number("weight", LowestWeight, limits.Weight) ?? 1,
            ThinkTime = fields.Duration("thinkTime", TimeSpan.Zero, limits.ThinkTime),
            Steps = steps,
        };
    }

    private static void CheckKind(FieldReader fields, string? name)
    {
        if (name is null)
        {
            return;
        }
        var builtIn = BuiltInScenarios.Find(name) is not null;
        var custom = fields.HasEntries("steps");
        var builtInNames = string.Join(", ", BuiltInScenarios.All.Select(each => each.Name));
        if (builtIn && custom)
        {
            fields.Refuse(
                fields.At("steps"),
                $"are given to the built-in scenario {name}",
                "another name, or no steps"
            );
        }
        else if (!builtIn && !custom)
        {
            var meant = Suggestion.Nearest(name, BuiltInScenarios.All.Select(each => each.Name)) is { } near
                ? $"; did you mean {near}?"
                : "";
            fields.Refuse(
                fields.At("name"),
                $"is \"{FieldPath.Shown(name)}\", which is no built-in scenario and has no steps{meant}",
                $"one of {builtInNames}, or a name with steps"
            );
        }
    }

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ScenarioName();
}
