using System.Reflection;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using PerfGate.Functions.Orchestration;

namespace PerfGate.Tests.Functions;

/// <summary>The app's own activities, executed by name as the worker does: one instance each time, in a scope of its own.</summary>
internal sealed class AppActivities(IServiceProvider services)
{
    private static readonly Dictionary<string, MethodInfo> Activities = typeof(RunActivities)
        .GetMethods()
        .Where(method => method.IsDefined(typeof(FunctionAttribute)))
        .ToDictionary(method => method.GetCustomAttribute<FunctionAttribute>()!.Name);

    public static IReadOnlyCollection<string> Names => Activities.Keys;

    /// <summary>Executes one, with its input as JSON.</summary>
    public async Task<object?> ExecuteAsync(string name, string input)
    {
        await using var scope = services.CreateAsyncScope();
        var activity = Activities[name];
        var instance = ActivatorUtilities.CreateInstance<RunActivities>(scope.ServiceProvider);
        var given = JsonSerializer.Deserialize(input, activity.GetParameters()[0].ParameterType);
        var task = (Task)activity.Invoke(instance, [given, CancellationToken.None])!;
        await task;
        return task.GetType().GetProperty("Result")!.GetValue(task);
    }
}
