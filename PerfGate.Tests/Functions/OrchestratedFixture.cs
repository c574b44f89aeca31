using Microsoft.DurableTask.Client;
using PerfGate.Tests.Functions.Replay;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Functions;

/// <summary>The function app with orchestrations that are carried, replayed after every step, with real activities.</summary>
public sealed class OrchestratedFixture(PostgresFixture postgres) : FunctionsFixture(postgres)
{
    private InProcessDurable? _orchestrations;

    internal InProcessDurable Orchestrations => _orchestrations ??= new InProcessDurable(Services);

    protected override DurableTaskClient Client => Orchestrations;
}
