using System.Net;
using System.Net.Sockets;
using System.Text;
using PerfGate.K6.Executors;
using PerfGate.K6.Metrics;
using PerfGate.K6.Options;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Cli;

/// <summary>
/// Runs a few iterations against a socket of its own before the load. The runtime compiles code where it is first run: without
/// this, the first users of a test would be late, and arrivals would be dropped, for a reason that is not the target's.
/// </summary>
internal static class WarmUp
{
    private const int Iterations = 40;

    private const string Script = """
        import http from 'k6/http';
        import { check, group } from 'k6';
        export default function () {
          group('warm up', () => {
            const r = http.get(__ENV.TARGET, { headers: { Accept: '*/*' }, tags: { name: 'warm up' } });
            check(r, { 'is 200': (x) => x.status === 200, 'has items': (x) => x.json('items').length === 1 });
            http.post(__ENV.TARGET, JSON.stringify({ a: 1 })).timings.duration;
          });
        }
        """;

    private static readonly byte[] Answer = Encoding.ASCII.GetBytes(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"items\":[1]}"
    );

    /// <summary>Warms up; what it measures is thrown away. Blocks.</summary>
    public static void Run()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var server = new Thread(() => Serve(listener)) { IsBackground = true };
        server.Start();
        var registry = new MetricRegistry();
        using var context = new TestContext
        {
            Source = ScriptSource.FromText("warm-up.js", Script),
            Collector = new SampleCollector([], TimeProvider.System),
            Registry = registry,
            Metrics = new BuiltInMetrics(registry),
            Log = new ScriptLog(null, json: false),
            Environment = new Dictionary<string, string> { ["TARGET"] = $"http://{listener.LocalEndpoint}/" },
        };
        using var vu = new Vu(context, 1);
        vu.Initialize();
        vu.Activate(
            new ScenarioState(
                new ScenarioOptions { Name = "warm up", Executor = "per-vu-iterations" },
                context.Options,
                SegmentTuple.Whole
            )
        );
        for (var i = 0; i < Iterations; i++)
        {
            vu.RunIteration();
        }
    }

    private static void Serve(TcpListener listener)
    {
        var buffer = new byte[4096];
        try
        {
            using var client = listener.AcceptSocket();
            client.NoDelay = true;
            // Requests come whole, in one piece each: they are small, and the sender waits for the answer.
            while (client.Receive(buffer) > 0)
            {
                client.Send(Answer);
            }
        }
        catch (SocketException)
        {
            // The warm-up is over.
        }
    }
}
