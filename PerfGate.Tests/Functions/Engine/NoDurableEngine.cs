using System.Text.Json;
using Microsoft.DurableTask.Client;

namespace PerfGate.Tests.Functions.Engine;

/// <summary>Stands where the engine is not to be had: who wants it is skipped.</summary>
internal sealed class DurableEngine : IAsyncDisposable
{
    private DurableEngine() { }

    public DurableTaskClient Client => throw new InvalidOperationException("There is no engine.");

    public static Task<DurableEngine> StartAsync(Func<string, JsonElement, Task<object?>> activity, double pace = 1)
    {
        Assert.Skip(
            "the NuGet sources lack Durable's engine: PerfGate.Functions was compiled against reference assemblies"
        );
        return Task.FromResult(new DurableEngine());
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
