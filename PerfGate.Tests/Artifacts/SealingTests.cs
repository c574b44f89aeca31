using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Logging;
using PerfGate.Adapters.Blobs;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Artifacts;

/// <summary>A series is sealed at the end of its run, if not at the first try.</summary>
public sealed class SealingTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_seal_that_fails_for_the_moment_is_told_and_made_by_the_next_try()
    {
        var sealing = new Refusing { Status = 503 };
        var heard = new Heard();
        var (store, run, series) = await AppendedAsync(sealing, heard);

        await Assert.ThrowsAsync<RequestFailedException>(() => store.TidyAsync(run, None));
        Assert.Contains($"{run}", Assert.Single(heard.Messages));
        sealing.Status = null;
        await store.TidyAsync(run, None);

        Assert.True((await series.GetPropertiesAsync()).Value.IsSealed);
    }

    [Fact]
    public async Task A_service_that_cannot_seal_is_told_and_does_not_fail_the_run()
    {
        var heard = new Heard();
        var (store, run, series) = await AppendedAsync(new Refusing { Status = 400 }, heard);

        await store.TidyAsync(run, None);

        Assert.Contains($"{run}", Assert.Single(heard.Messages));
        Assert.False((await series.GetPropertiesAsync()).Value.IsSealed);
    }

    private async Task<(BlobArtifactStore Store, Guid Run, AppendBlobClient Series)> AppendedAsync(
        Refusing sealing,
        Heard heard
    )
    {
        var options = BlobArtifactStore.Options();
        options.AddPolicy(sealing, HttpPipelinePosition.PerCall);
        var service = new BlobServiceClient(await azurite.ConnectionStringAsync(), options);
        var store = new BlobArtifactStore(service, TimeProvider.System, heard);
        var run = Guid.NewGuid();
        // Makes the container.
        await store.WriteAsync(run, "script.js", "x"u8.ToArray(), None);
        var series = service
            .GetBlobContainerClient(BlobArtifactStore.Container)
            .GetAppendBlobClient($"{run}/series-0.ndjson");
        await series.CreateAsync(cancellationToken: None);
        return (store, run, series);
    }

    /// <summary>A service that refuses to seal.</summary>
    private sealed class Refusing : HttpPipelineSynchronousPolicy
    {
        public int? Status { get; set; }

        public override void OnSendingRequest(HttpMessage message)
        {
            if (Status is { } status && message.Request.Uri.Query.Contains("comp=seal", StringComparison.Ordinal))
            {
                throw new RequestFailedException(status, "Said by the test.");
            }
        }
    }

    private sealed class Heard : ILogger<BlobArtifactStore>
    {
        public List<string> Messages { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Messages.Add(formatter(state, exception));
    }
}
