using PerfGate.Tests.Runner;

namespace PerfGate.Tests.Telemetry;

public sealed class QuietRunnerTests
{
    private const string Script = """
        import { sleep } from 'k6';
        export const options = { scenarios: { one: { executor: 'constant-vus', vus: 1, duration: '4s' } } };
        export default function () { sleep(0.2); }
        """;

    [Fact]
    public async Task A_runner_without_a_collector_loads_nothing_of_opentelemetry_and_leaves_its_times_to_the_server()
    {
        Faults.Processes.SkipWhereTheyCannotBeSeen();
        RunnerUnderTest.SkipWithout("embedded");
        await using var runner = new RunnerUnderTest(Script);
        runner.Order = runner.Order with
        {
            Engine = "embedded",
            Traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        };
        var process = await runner.StartAsync();
        await runner.LoadBegunAsync();

        var loaded = await File.ReadAllTextAsync(FormattableString.Invariant($"/proc/{process.Id}/maps"));
        var end = await runner.EndOfAsync(process);

        Assert.Contains("PerfGate.Core.dll", loaded, StringComparison.Ordinal);
        Assert.DoesNotContain("OpenTelemetry", loaded, StringComparison.Ordinal);
        var (life, check, load) = (end.Times!.Runner!, end.Times.CheckScript!, end.Times.ApplyLoad!);
        Assert.Equal(runner.Order.Traceparent, end.Times.Traceparent);
        Assert.Equal(end.Times, end.Times.Between(life.Begun, life.Ended));
        Assert.True(check.Ended <= load.Begun);
        Assert.True(load.Begun <= end.StartedAt && end.EndedAt <= load.Ended);
    }

    [Fact]
    public async Task A_collector_that_is_away_costs_the_runner_its_spans_and_nothing_else()
    {
        RunnerUnderTest.SkipWithout("embedded");
        await using var runner = new RunnerUnderTest(Script);
        runner.Order = runner.Order with
        {
            Engine = "embedded",
            Traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        };

        var end = await runner.EndOfAsync(
            await runner.StartAsync(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9"))
        );

        Assert.Equal(Core.Runners.RunnerEndCause.Finished, end.Cause);
        // It was told of one, and nobody else tells the same.
        Assert.Null(end.Times);
    }
}
