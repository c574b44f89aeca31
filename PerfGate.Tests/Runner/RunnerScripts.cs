namespace PerfGate.Tests.Runner;

internal static class RunnerScripts
{
    /// <summary>Two users for the time in DURATION, against the server in BASE.</summary>
    public const string Steady = """
        import http from 'k6/http';
        import { check, group, sleep } from 'k6';
        export const options = {
          scenarios: { browse: { executor: 'constant-vus', vus: 2, duration: __ENV.DURATION || '2s', gracefulStop: '1s' } },
        };
        export default function () {
          group('shop', () => {
            const r = http.get(`${__ENV.BASE}/home?token=secret`, { tags: { name: 'home' } });
            check(r, { 'is, 200': (x) => x.status === 200 });
          });
          sleep(0.02);
        }
        """;

    public const string Throws = """
        import http from 'k6/http';
        export const options = { vus: 1, iterations: 3 };
        export default function () {
          throw new Error('boom at https://me:pw@shop.example/x?token=abc');
        }
        """;

    public const string DoesNotLoad = """
        export const options = { vus: 1, iterations: 1 };
        export default function () {}
        undefinedName.x();
        """;
}
