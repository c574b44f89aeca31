using PerfGate.Runner;
using PerfGate.Runner.Engines;
using PerfGate.Runner.Telemetry;

// Started a second time as a shim around the engine: see ExecWithParent.
if (args is [ExecWithParent.Verb, var parent, "--", .. var command])
{
    return ExecWithParent.Run(parent, command);
}

if (args is [EngineShell.Verb, var wanted, var folder, "--", .. var arguments])
{
    return await EngineShell.RunAsync(wanted, folder, arguments);
}

var reading = await OrderReader.ReadAsync(Console.In);
if (reading.Order is not { } order)
{
    await Console.Error.WriteLineAsync(reading.Problem);
    return 64;
}

using var trace = RunnerTrace.Begin(order);
var clock = RunnerClock.Of(order, TimeProvider.System);
return await RunnerSession.RunAsync(order, new RunnerParts(order, isTold: trace is not null, clock), clock);
