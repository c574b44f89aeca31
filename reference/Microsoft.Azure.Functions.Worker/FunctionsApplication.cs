using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Builder;

public class FunctionsApplication
{
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) =>
        throw new NotSupportedException(
            "This build was compiled against reference assemblies because the package feed lacks the Azure Functions "
                + "packages. It can be compiled and tested, and cannot run: see docs/decisions/0006."
        );
}

public class FunctionsApplicationBuilder : IHostApplicationBuilder, IFunctionsWorkerApplicationBuilder
{
    internal FunctionsApplicationBuilder() => throw null!;

    public IDictionary<object, object> Properties => throw null!;
    public ConfigurationManager Configuration => throw null!;
    public IHostEnvironment Environment => throw null!;
    public ILoggingBuilder Logging => throw null!;
    public IMetricsBuilder Metrics => throw null!;
    public IServiceCollection Services => throw null!;

    IConfigurationManager IHostApplicationBuilder.Configuration => throw null!;

    public IHost Build() => throw null!;

    public void ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory,
        Action<TContainerBuilder>? configure = null
    )
        where TContainerBuilder : notnull => throw null!;
}
