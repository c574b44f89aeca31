namespace PerfGate.Tests.K6;

public sealed class ParityTests(EngineTarget target) : IClassFixture<EngineTarget>
{
    private const string Script = """
        import http from 'k6/http';
        import { check, group } from 'k6';
        import { Trend, Counter, Rate, Gauge } from 'k6/metrics';
        const trend = new Trend('own_trend', true), counter = new Counter('own_counter'), rate = new Rate('own_rate'), gauge = new Gauge('own_gauge');
        export const options = {
          scenarios: {
            shared: { executor: 'shared-iterations', vus: 2, iterations: 6, exec: 'shared', tags: { kind: 'read' } },
            each: { executor: 'per-vu-iterations', vus: 2, iterations: 3, exec: 'each' },
          },
          thresholds: { http_req_failed: ['rate<0.01'], 'http_reqs{scenario:shared}': ['count>1'] },
        };
        export function setup() { return { a: 1 }; }
        export function shared(data) {
          group('outer', () => group('inner', () => {
            const r = http.get(`${__ENV.TARGET}/redirect/1`, { tags: { name: 'redirected' } });
            check(r, { 'is 200': (x) => x.status === 200, 'three items': (x) => x.json('items').length === 3, never: () => false });
            trend.add(r.timings.duration); counter.add(data.a); rate.add(true, { own: 'tag' }); gauge.add(__ITER);
          }));
        }
        export function each() {
          http.get(`${__ENV.TARGET}/status/404`);
          http.get('http://127.0.0.1:1/');
          http.batch([`${__ENV.TARGET}/json`, `${__ENV.TARGET}/json`]);
          if (__ITER === 1) throw new Error('on purpose');
        }
        export function teardown() {}
        """;

    [Fact]
    public async Task The_same_script_gives_the_same_samples_under_k6_and_under_the_embedded_engine()
    {
        var k6 = OnPath("k6");
        Assert.SkipUnless(k6 is not null, "k6 is not on PATH");

        var real = await EngineRun.RealAsync(k6, Script, "-e", $"TARGET={target.Url}");
        var own = await EngineRun.EmbeddedAsync(Script, "-e", $"TARGET={target.Url}");

        Assert.Equal(99, real.ExitCode);
        Assert.Equal(real.ExitCode, own.ExitCode);
        Assert.Equal(real.Rows[0], own.Rows[0]);
        Assert.Equal(Series(real), Series(own));
        Assert.Equal(real.Sum("checks"), own.Sum("checks"));
        Assert.Equal(real.Sum("own_counter"), own.Sum("own_counter"));
        Assert.Equal(real.Sum("own_gauge"), own.Sum("own_gauge"));
    }

    /// <summary>Metric with all its tags, and how many samples; the vus come by the second and not by the script.</summary>
    private static IEnumerable<string> Series(EngineRun run) =>
        run
            .Rows.Skip(1)
            .Where(row => row[0] is not ("vus" or "vus_max"))
            // k6 writes tags without a column in no order.
            .GroupBy(row =>
                $"{row[0]},{string.Join(',', row[3..^2])},{string.Join('&', row[^2].Split('&').Order(StringComparer.Ordinal))}"
            )
            .Select(series => $"{series.Count()} {series.Key}")
            .Order(StringComparer.Ordinal);

    private static string? OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
}
