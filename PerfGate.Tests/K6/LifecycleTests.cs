namespace PerfGate.Tests.K6;

public sealed class LifecycleTests(EngineTarget target) : IClassFixture<EngineTarget>
{
    [Fact]
    public async Task A_script_that_throws_in_every_iteration_still_ends_with_0()
    {
        var run = await EngineRun.EmbeddedAsync(
            "export const options = { iterations: 3 }; export default function () { throw new Error('boom'); }"
        );

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(3, run.Sum("iterations"));
        Assert.Contains("Error: boom", run.Log, StringComparison.Ordinal);
        Assert.Contains("source=stacktrace", run.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        108,
        "import exec from 'k6/execution'; export default function () { try { exec.test.abort('enough'); } catch (e) {} }"
    )]
    [InlineData(110, "import exec from 'k6/execution'; export default function () { exec.test.fail('bad'); }")]
    [InlineData(107, "const x = notDefined + 1; export default function () {}")]
    [InlineData(107, "export function setup() { throw new Error('no'); } export default function () {}")]
    [InlineData(107, "import browser from 'k6/browser'; export default function () {}")]
    [InlineData(107, "import { x } from 'https://jslib.k6.io/x.js'; export default function () {}")]
    [InlineData(
        104,
        "export const options = { scenarios: { a: { executor: 'no-such-executor' } } }; export default function () {}"
    )]
    [InlineData(
        104,
        "export const options = { scenarios: { a: { executor: 'constant-vus', duration: '1s', exec: 'none' } } }; export default function () {}"
    )]
    [InlineData(
        104,
        "export const options = { thresholds: { http_reqs: ['p(95)<1'] } }; export default function () {}"
    )]
    [InlineData(
        99,
        "export const options = { thresholds: { iterations: ['count>5'] } }; export default function () {}"
    )]
    [InlineData(
        100,
        "import { sleep } from 'k6'; export const options = { setupTimeout: '200ms' }; export function setup() { sleep(30); } export default function () {}"
    )]
    public async Task The_exit_status_is_the_one_of_k6(int expected, string script)
    {
        var run = await EngineRun.EmbeddedAsync(script);

        Assert.True(expected == run.ExitCode, $"{run.ExitCode}: {run.Log}");
    }

    [Theory]
    [InlineData("import browser from 'k6/browser'; export default function () {}", "k6/browser is not supported")]
    [InlineData("export const options = { tlsAuth: [{}] }; export default function () {}", "tlsAuth")]
    [InlineData("export const options = { vsu: 3 }; export default function () {}", "vsu")]
    public async Task What_is_not_supported_is_named(string script, string named)
    {
        var run = await EngineRun.EmbeddedAsync(script);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(named, run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_flag_is_refused_by_its_name()
    {
        var run = await EngineRun.EmbeddedAsync("export default function () {}", "--no-such-flag");

        Assert.Equal(255, run.ExitCode);
        Assert.Contains("unknown flag: --no-such-flag", run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Setup_data_reaches_iterations_and_teardown_each_as_its_own_copy()
    {
        var run = await EngineRun.EmbeddedAsync(
            """
            import { check } from 'k6';
            export const options = { vus: 2, iterations: 4 };
            export function setup() { return { list: [1] }; }
            export default function (data) { check(data, { 'one item': (d) => d.list.push(2) === 2 }); }
            export function teardown(data) { console.log('torn down with ' + data.list.length); }
            export function handleSummary(data) { return { stdout: 'checks ' + data.metrics.checks.values.passes }; }
            """
        );

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(4, run.Sum("checks"));
        Assert.Contains("torn down with 1", run.Log, StringComparison.Ordinal);
        Assert.Contains("checks 4", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupt_ends_the_load_tears_down_and_summarises()
    {
        var run = await EngineRun.InterruptedAsync(
            """
            import { sleep } from 'k6';
            export const options = { vus: 2, duration: '60s' };
            export default function () { sleep(0.1); }
            export function teardown() { console.log('torn down'); }
            export function handleSummary() { return { stdout: 'summary written' }; }
            """,
            TimeSpan.FromSeconds(1)
        );

        Assert.Equal(105, run.ExitCode);
        Assert.Contains("torn down", run.Log, StringComparison.Ordinal);
        Assert.Contains("summary written", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_busy_loop_is_cut_off_when_its_time_is_over()
    {
        var run = await EngineRun.EmbeddedAsync(
            """
            export const options = { scenarios: { a: { executor: 'constant-vus', vus: 1, duration: '1s', gracefulStop: '0s' } } };
            export default function () { for (;;) {} }
            """
        );

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(0, run.Count("iterations"));
    }

    [Fact]
    public async Task Groups_and_checks_are_tagged_by_their_path()
    {
        var run = await EngineRun.EmbeddedAsync(
            """
            import http from 'k6/http';
            import { check, group } from 'k6';
            export default function () {
              group('a', () => group('b', () => {
                check(http.get(`${__ENV.TARGET}/json`), { 'is 200': (r) => r.status === 200, 'has three': (r) => r.json('items.#') === 3, 'is false': () => false });
              }));
            }
            """,
            "-e",
            $"TARGET={target.Url}"
        );

        Assert.Equal(2, run.Sum("checks", "::a::b"));
        Assert.Equal(3, run.Count("checks", "::a::b"));
        Assert.Equal(1, run.Count("group_duration", "::a"));
        Assert.Equal(1, run.Count("http_reqs", "::a::b", "200", "true"));
    }
}
