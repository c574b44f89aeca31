using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Azure.Functions.Worker;

public abstract class FunctionContext
{
    public abstract string InvocationId { get; }
    public abstract string FunctionId { get; }
    public abstract IServiceProvider InstanceServices { get; set; }
    public abstract IDictionary<object, object> Items { get; set; }
    public virtual CancellationToken CancellationToken { get; }
}

public interface IFunctionsWorkerApplicationBuilder
{
    IServiceCollection Services { get; }
}

public class WorkerOptions
{
    public IDictionary<string, string> Capabilities { get; } = new Dictionary<string, string>();
}
