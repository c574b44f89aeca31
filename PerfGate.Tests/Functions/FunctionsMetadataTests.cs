using System.Reflection;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using PerfGate.Functions.Orchestration;
using PerfGate.Tests.Architecture;

namespace PerfGate.Tests.Functions;

/// <summary>What the build hands to the Functions host: it knows nothing of a function but what is written there.</summary>
public sealed class FunctionsMetadataTests
{
    private static IReadOnlyList<MethodInfo> Functions { get; } =
    [
        .. typeof(RunActivities)
            .Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static))
            .Where(method => method.IsDefined(typeof(FunctionAttribute))),
    ];

    [Fact]
    public void Every_function_is_known_to_the_host_by_its_name_place_and_bindings()
    {
        var known = Read("functions.metadata")
            .EnumerateArray()
            .Select(function =>
                $"{Text(function, "name")} {Text(function, "scriptFile")} {Text(function, "entryPoint")}: "
                + string.Join(", ", function.GetProperty("bindings").EnumerateArray().Select(Binding))
            );

        Assert.Equal(Functions.Select(Expected).Order(StringComparer.Ordinal), known.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_host_is_told_of_the_worker_and_of_Durable()
    {
        var worker = Read("worker.config.json").GetProperty("description");
        var extensions = Read("extensions.json").GetProperty("extensions").EnumerateArray().ToList();

        Assert.Equal("PerfGate.Functions.dll", Text(worker, "defaultWorkerPath"));
        Assert.Equal("dotnet-isolated", Text(worker, "language"));
        Assert.Contains("DurableTask", extensions.Select(extension => Text(extension, "name")));
        Assert.All(
            extensions,
            extension => Assert.True(File.Exists(Path.Combine(AppContext.BaseDirectory, Text(extension, "hintPath")!)))
        );
    }

    private static string Expected(MethodInfo function)
    {
        var bindings = function.GetParameters().Select(Binding).OfType<string>();
        var returned = function.GetParameters().Any(parameter => parameter.IsDefined(typeof(HttpTriggerAttribute)));
        return $"{function.GetCustomAttribute<FunctionAttribute>()!.Name} PerfGate.Functions.dll "
            + $"{function.DeclaringType!.FullName}.{function.Name}: "
            + string.Join(", ", returned ? bindings.Append("$return http") : bindings);
    }

    private static string? Binding(ParameterInfo parameter) =>
        parameter
            .GetCustomAttributes()
            .Select(attribute =>
                attribute switch
                {
                    HttpTriggerAttribute http =>
                        $"httpTrigger {http.AuthLevel} {string.Join('+', http.Methods!)} {http.Route}",
                    TimerTriggerAttribute timer => $"timerTrigger {timer.Schedule}",
                    ActivityTriggerAttribute => "activityTrigger",
                    OrchestrationTriggerAttribute => "orchestrationTrigger",
                    DurableClientAttribute => "durableClient",
                    _ => null,
                }
            )
            .OfType<string>()
            .Select(kind => $"{parameter.Name} {kind}")
            .SingleOrDefault();

    private static string Binding(JsonElement binding)
    {
        var kind = Text(binding, "type");
        return $"{Text(binding, "name")} {kind}"
            + kind switch
            {
                "httpTrigger" => $" {Text(binding, "authLevel")} "
                    + $"{string.Join('+', binding.GetProperty("methods").EnumerateArray().Select(one => one.GetString()))} "
                    + Text(binding, "route"),
                "timerTrigger" => $" {Text(binding, "schedule")}",
                _ => "",
            };
    }

    private static string? Text(JsonElement element, string property) => element.GetProperty(property).GetString();

    // The real packages write these files beside the app, from where they come beside the tests.
    private static JsonElement Read(string file)
    {
        var marker = Path.Combine(Repository.Root.FullName, "PerfGate.Functions", "obj", "functions-packages.missing");
        Assert.SkipWhen(File.Exists(marker), "compiled against reference assemblies, which write nothing for the host");
        return JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, file)));
    }
}
