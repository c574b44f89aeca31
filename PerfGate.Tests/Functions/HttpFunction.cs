using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using PerfGate.Functions.Http;

namespace PerfGate.Tests.Functions;

/// <summary>An HTTP function as the Functions host finds it: by attributes alone.</summary>
internal sealed record HttpFunction(string Name, MethodInfo Method, HttpTriggerAttribute Trigger)
{
    public static IReadOnlyList<HttpFunction> All { get; } =
    [
        .. typeof(Api)
            .Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static))
            .Select(method =>
                (Method: method, Function: method.GetCustomAttribute<FunctionAttribute>(), Trigger: TriggerOf(method))
            )
            .Where(found => found.Function is not null && found.Trigger is not null)
            .Select(found => new HttpFunction(found.Function!.Name, found.Method, found.Trigger!)),
    ];

    public bool HasClient =>
        Method.GetParameters().Any(parameter => parameter.IsDefined(typeof(DurableClientAttribute)));

    /// <summary>Does what the worker does: makes the class from the invocation's services, binds, and writes the result.</summary>
    public async Task InvokeAsync(HttpContext context, DurableTaskClient client)
    {
        var instance = ActivatorUtilities.CreateInstance(context.RequestServices, Method.DeclaringType!);
        var arguments = Method
            .GetParameters()
            .Select<ParameterInfo, object>(parameter =>
                parameter.IsDefined(typeof(HttpTriggerAttribute)) ? context.Request
                : parameter.IsDefined(typeof(DurableClientAttribute)) ? client
                : throw new InvalidOperationException($"{Name}: nothing binds {parameter.Name}")
            );
        var result = await (Task<IResult>)Method.Invoke(instance, [.. arguments])!;
        await result.ExecuteAsync(context);
    }

    private static HttpTriggerAttribute? TriggerOf(MethodInfo method) =>
        method
            .GetParameters()
            .Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>())
            .FirstOrDefault(found => found is not null);
}
