namespace PerfGate.Tests.K6;

public sealed class ExecutorTests
{
    [Theory]
    [InlineData("{ executor: 'shared-iterations', vus: 3, iterations: 10 }", 10)]
    [InlineData("{ executor: 'per-vu-iterations', vus: 3, iterations: 4 }", 12)]
    public async Task Counted_iterations_are_all_run(string scenario, int expected)
    {
        var run = await RunAsync(scenario);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(expected, run.Sum("iterations"));
    }

    [Theory]
    [InlineData("{ executor: 'constant-vus', vus: 2, duration: '2s' }", 30, 41)]
    [InlineData(
        "{ executor: 'ramping-vus', startVUs: 0, stages: [{ duration: '1s', target: 2 }, { duration: '1s', target: 0 }] }",
        8,
        24
    )]
    [InlineData("{ executor: 'constant-arrival-rate', rate: 20, duration: '2s', preAllocatedVUs: 8 }", 39, 41)]
    [InlineData(
        "{ executor: 'ramping-arrival-rate', startRate: 0, stages: [{ duration: '2s', target: 20 }], preAllocatedVUs: 8 }",
        19,
        20
    )]
    public async Task Timed_iterations_come_as_often_as_they_should(string scenario, int least, int most)
    {
        var run = await RunAsync(scenario, "sleep(0.1)");

        Assert.Equal(0, run.ExitCode);
        // What found no VU free on a machine that is busy is counted as dropped, and never lost.
        Assert.InRange(
            run.Sum("iterations") + run.Sum("dropped_iterations"),
            least / (run.Count("vus") > 3 ? 2 : 1),
            most
        );
    }

    [Fact]
    public async Task Iterations_that_find_no_free_user_are_dropped_and_counted()
    {
        var run = await RunAsync(
            "{ executor: 'constant-arrival-rate', rate: 20, duration: '2s', preAllocatedVUs: 1, maxVUs: 2, gracefulStop: '5s' }",
            "sleep(3)"
        );

        Assert.Equal(2, run.Sum("iterations"));
        Assert.InRange(run.Sum("dropped_iterations"), 37, 39);
        Assert.Contains("Insufficient VUs, reached 2 active VUs", run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Iterations_that_outlast_the_graceful_stop_are_cut_off_and_not_counted()
    {
        var run = await RunAsync(
            "{ executor: 'constant-vus', vus: 2, duration: '1s', gracefulStop: '500ms' }",
            "sleep(20)"
        );

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(0, run.Count("iterations"));
    }

    [Fact]
    public async Task Scenarios_have_their_own_functions_variables_and_tags()
    {
        var run = await EngineRun.EmbeddedAsync(
            """
            import { Counter } from 'k6/metrics';
            import exec from 'k6/execution';
            const seen = new Counter('seen');
            export const options = { scenarios: {
              one: { executor: 'per-vu-iterations', exec: 'first', env: { WHO: 'first' }, tags: { kind: 'x' } },
              two: { executor: 'per-vu-iterations', exec: 'second', startTime: '200ms' },
            } };
            export function first() { seen.add(__ENV.WHO === 'first' ? 1 : 0); }
            export function second() { seen.add(exec.scenario.name === 'two' ? 10 : 0, { own: 'y' }); }
            """
        );

        Assert.Equal(1, run.Sum("seen", "one", "kind=x"));
        Assert.Equal(10, run.Sum("seen", "two", "own=y"));
    }

    [Fact]
    public async Task Iteration_numbers_are_unique_in_the_test()
    {
        var run = await EngineRun.EmbeddedAsync(
            """
            import exec from 'k6/execution';
            export const options = { vus: 4, iterations: 40 };
            export default function () { console.log('n=' + exec.scenario.iterationInTest); }
            """
        );

        Assert.Equal(Enumerable.Range(0, 40), Numbers(run).Order());
    }

    [Theory]
    [InlineData("{ executor: 'shared-iterations', vus: 7, iterations: 101 }", 101)]
    [InlineData("{ executor: 'per-vu-iterations', vus: 7, iterations: 2 }", 14)]
    public async Task Segments_of_a_test_add_up_to_the_whole(string scenario, int whole)
    {
        var runs = new List<EngineRun>();
        string[] bounds = ["0", "1/4", "1/2", "1"];
        for (var i = 0; i < 3; i++)
        {
            runs.Add(
                await RunAsync(
                    scenario,
                    "console.log('n=' + exec.scenario.iterationInTest)",
                    "--execution-segment",
                    $"{bounds[i]}:{bounds[i + 1]}",
                    "--execution-segment-sequence",
                    string.Join(',', bounds)
                )
            );
        }

        Assert.Equal(whole, runs.Sum(run => run.Sum("iterations")));
        Assert.All(runs, run => Assert.True(run.Sum("iterations") > 0));
    }

    [Fact]
    public async Task A_flag_for_users_and_time_takes_the_place_of_the_scripts_scenarios()
    {
        var run = await EngineRun.EmbeddedAsync(
            "export const options = { scenarios: { a: { executor: 'constant-vus', vus: 1, duration: '60s' } } }; export default function () {}",
            "--vus",
            "2",
            "--iterations",
            "5"
        );

        Assert.Equal(5, run.Sum("iterations", "default"));
    }

    private static IEnumerable<int> Numbers(EngineRun run) =>
        run
            .Log.Split('\n')
            .Where(line => line.Contains("n=", StringComparison.Ordinal))
            .Select(line =>
                int.Parse(line.Split("n=")[1].Split('"')[0], System.Globalization.CultureInfo.InvariantCulture)
            );

    private static Task<EngineRun> RunAsync(string scenario, string body = "", params string[] arguments) =>
        EngineRun.EmbeddedAsync(
            $$"""
            import { sleep } from 'k6';
            import exec from 'k6/execution';
            export const options = { scenarios: { s: {{scenario}} } };
            export default function () { {{body}}; }
            """,
            arguments
        );
}
