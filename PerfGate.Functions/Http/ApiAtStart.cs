using Microsoft.Extensions.Hosting;

namespace PerfGate.Functions.Http;

/// <summary>
/// Builds the pipeline when the app starts: a route that does not say who may use it keeps the app from starting, instead of every
/// request from being answered.
/// </summary>
public sealed class ApiAtStart(ApiPipeline pipeline) : IHostedService
{
    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        pipeline.Build();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
