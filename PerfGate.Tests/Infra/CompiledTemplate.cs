using System.Text.Json;

namespace PerfGate.Tests.Infra;

/// <summary>A resource of a template.</summary>
/// <param name="Module">The module it is in; empty for the template itself.</param>
/// <param name="Symbol">What Bicep calls it.</param>
/// <param name="Type">Its type, without the version.</param>
/// <param name="Json">Its definition.</param>
internal sealed record TemplateResource(string Module, string Symbol, string Type, JsonElement Json)
{
    /// <summary>A property by its path below <c>properties</c>; null where it is absent.</summary>
    public JsonElement? Property(params string[] path)
    {
        JsonElement? at = Json.TryGetProperty("properties", out var properties) ? properties : null;
        foreach (var name in path)
        {
            at =
                at is { ValueKind: JsonValueKind.Object } here && here.TryGetProperty(name, out var next) ? next : null;
        }
        return at;
    }
}

/// <summary>A template with the parameters of a stage, and with all that is in its modules.</summary>
internal sealed class CompiledTemplate(JsonElement template, JsonElement parameters)
{
    private const string Deployment = "Microsoft.Resources/deployments";

    /// <summary>Every resource that is deployed; not those that must be there already.</summary>
    public IReadOnlyList<TemplateResource> Resources { get; } = [.. In(template, "")];

    /// <summary>Of one type.</summary>
    public IReadOnlyList<TemplateResource> Of(string type) => [.. Resources.Where(one => one.Type == type)];

    /// <summary>The value of a parameter.</summary>
    public JsonElement Parameter(string name) =>
        parameters.TryGetProperty(name, out var given)
            ? given.GetProperty("value")
            : template.GetProperty("parameters").GetProperty(name).GetProperty("defaultValue");

    /// <summary>A module's template.</summary>
    public JsonElement Module(string module) =>
        template.GetProperty("resources").GetProperty(module).GetProperty("properties").GetProperty("template");

    /// <summary>What a module is given for a parameter, as an expression.</summary>
    public string Given(string module, string parameter) =>
        template
            .GetProperty("resources")
            .GetProperty(module)
            .GetProperty("properties")
            .GetProperty("parameters")
            .GetProperty(parameter)
            .GetProperty("value")
            .ToString();

    private static IEnumerable<TemplateResource> In(JsonElement template, string module)
    {
        foreach (var (symbol, resource) in Members(template.GetProperty("resources")))
        {
            var type = resource.GetProperty("type").GetString()!.Split('@')[0];
            if (type == Deployment)
            {
                foreach (var inner in In(resource.GetProperty("properties").GetProperty("template"), symbol))
                {
                    yield return inner;
                }
            }
            else if (!resource.TryGetProperty("existing", out var existing) || !existing.GetBoolean())
            {
                yield return new TemplateResource(module, symbol, type, resource);
            }
        }
    }

    // An object by symbol where the template has symbols, else a list.
    private static IEnumerable<(string Symbol, JsonElement Resource)> Members(JsonElement resources) =>
        resources.ValueKind == JsonValueKind.Object
            ? resources.EnumerateObject().Select(one => (one.Name, one.Value))
            : resources.EnumerateArray().Select(one => ("", one));
}
