using System.Globalization;
using PerfGate.Core.Metrics;
using PerfGate.Core.Runners;
using PerfGate.Core.Thresholds;
using PerfGate.Tests.Runner;

namespace PerfGate.Tests.Faults;

/// <summary>
/// Scripts that take all they can get from the embedded engine. Each ends as an error of the script, or the engine ends and says why; what
/// such a run measured never carries a pass.
/// </summary>
public sealed class HostileScriptTests
{
    private const string Memory = "memory";
    private const string Recursion = "Maximum call stack size exceeded";

    /// <summary>Memory that the runner takes for all there is: the engine gets a part of it.</summary>
    private const long MachineBytes = 512L * 1024 * 1024;

    /// <summary>What a script does, and what is said of it; empty where the kernel ends the engine.</summary>
    public static TheoryData<string, string> Scripts =>
        new()
        {
            { "let s = 'x'; while (true) { s += s; }", Memory },
            { "let s = 'x'; while (true) { s += s; if (s.charCodeAt(s.length - 1) === 0) { break; } }", Memory },
            { "const a = []; while (true) { a.push({ a: {}, b: `${a.length}`.repeat(5000) }); }", Memory },
            { "const a = new Uint8Array(2000000000); a.fill(1);", Memory },
            { "'x'.repeat(1000000000).split('');", "Invalid string length" },
            { "new Array(4294967295).join('xxxxxxxxxxxxxxxx');", "" },
            { "function f() { return f() + 1; } f();", Recursion },
            { "const o = { get x() { return this.x; } }; o.x;", Recursion },
            { "const p = new Proxy({}, { get: (t, n, r) => r[n] }); p.x;", Recursion },
            { "let a = []; for (let i = 0; i < 200000; i++) { a = [a]; } a.toString();", "" },
            { "let a = []; for (let i = 0; i < 200000; i++) { a = [a]; } JSON.stringify(a);", "" },
            { "JSON.parse('['.repeat(500000) + ']'.repeat(500000));", "" },
            { "new Function('return ' + '('.repeat(100000) + '1' + ')'.repeat(100000))();", "" },
            { "/^(a+)+$/.test('a'.repeat(50) + '!');", "a regular expression took longer than" },
            { "'a'.repeat(60).replace(/^(a|a)*$(?=b)/u, '');", "a regular expression took longer than" },
        };

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task In_an_iteration_it_ends_with_a_reason_and_is_never_passed(string body, string said)
    {
        await using var target = await LoadTarget.StartAsync();

        var (end, metrics, log) = await RunAsync(
            target,
            $$"""
            import http from 'k6/http';
            export const options = { scenarios: { s: { executor: 'per-vu-iterations', vus: 2, iterations: 1, maxDuration: '40s', gracefulStop: '1s' } } };
            export default function () {
              http.get(`${__ENV.BASE}/home`);
              {{body}}
            }
            """
        );

        AssertNeverPassed(end, metrics, log);
        AssertSaid(said, end, log);
    }

    [Theory]
    [InlineData("let s = 'x'; while (true) { s += s; }", Memory)]
    [InlineData("function f() { return f() + 1; } f();", Recursion)]
    [InlineData("let a = []; for (let i = 0; i < 200000; i++) { a = [a]; } a.toString();", "")]
    [InlineData("/^(a+)+$/.test('a'.repeat(50) + '!');", "a regular expression took longer than")]
    public async Task In_the_init_code_it_is_a_script_that_is_refused(string body, string said)
    {
        await using var target = await LoadTarget.StartAsync();

        var (end, metrics, log) = await RunAsync(
            target,
            $$"""
            import http from 'k6/http';
            export const options = { vus: 1, iterations: 1 };
            {{body}}
            export default function () { http.get(`${__ENV.BASE}/home`); }
            """
        );

        Assert.Equal(RunnerEndCause.ScriptRejected, end.Cause);
        Assert.Null(metrics);
        AssertSaid(said, end, log);
        Assert.Equal(0, target.Requests);
    }

    [Theory]
    [InlineData("while (true) {}")]
    [InlineData("for (;;) { try { while (true) {} } catch (e) {} finally {} }")]
    [InlineData("(function again() { Promise.resolve().then(again); })();")]
    [InlineData("(async () => { while (true) { await null; } })();")]
    [InlineData("[2, 1].sort(() => { while (true) {} });")]
    public async Task A_loop_without_an_end_is_cut_off_with_its_scenario(string body)
    {
        await using var target = await LoadTarget.StartAsync();

        var (end, metrics, log) = await RunAsync(
            target,
            $$"""
            import http from 'k6/http';
            export const options = { scenarios: { s: { executor: 'constant-vus', vus: 2, duration: '2s', gracefulStop: '1s' } } };
            export default function () {
              http.get(`${__ENV.BASE}/home`);
              {{body}}
            }
            """
        );

        Assert.Equal((RunnerEndCause.Finished, 0), (end.Cause, end.ExitCode));
        Assert.True(metrics!.Iterations == 0, log);
        Assert.Equal(target.Requests, metrics.Overall.Requests);
    }

    private static void AssertNeverPassed(RunnerEnd end, RunMetrics? metrics, string log)
    {
        var findings = EvidenceRules.Examine(null, [end], metrics, new ThresholdSettings()).ToList();
        Assert.True(
            findings.Any(finding => finding.Weight is FindingWeight.ForbidsBoth or FindingWeight.Error),
            $"{end}\n{string.Join('\n', findings)}\n{log}"
        );
    }

    private static void AssertSaid(string said, RunnerEnd end, string log)
    {
        var reasons = $"{end.Detail} {end.FirstScriptException}";
        Assert.True(reasons.Trim().Length > 0, $"{end}\n{log}");
        Assert.True(reasons.Contains(said, StringComparison.Ordinal), $"{reasons}\n{end}\n{log}");
    }

    private static async Task<(RunnerEnd End, RunMetrics? Metrics, string Log)> RunAsync(
        LoadTarget target,
        string script
    )
    {
        RunnerUnderTest.SkipWithout("embedded");
        await using var runner = new RunnerUnderTest(script);
        runner.Order = runner.Order with
        {
            Engine = "embedded",
            ScriptEnvironment = new Dictionary<string, string> { ["BASE"] = target.Url },
        };
        var process = await runner.StartAsync(
            ("DOTNET_GCHeapHardLimit", MachineBytes.ToString("x", CultureInfo.InvariantCulture))
        );
        var end = await runner.EndOfAsync(process, minutes: 3);
        return (
            end,
            runner.Has(ArtifactNames.Series(0)) ? runner.Measure() : null,
            runner.Has(ArtifactNames.Log(0)) ? runner.ReadText(ArtifactNames.Log(0)) : ""
        );
    }
}
