using System.Globalization;
using System.Net;
using PerfGate.Core.Metrics;

namespace PerfGate.Runner.Load;

/// <summary>Watches, once a second, how hard the machine and the engine work. Reads /proc, hence Linux only.</summary>
internal sealed class MachineSampler(int engineId, string? targetHost, TimeProvider time)
{
    private const int WindowSeconds = 10;

    private readonly List<Sample> _samples = [];
    private long _engineMemoryMax;
    private double _machineMemoryMax;

    /// <summary>Samples until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        try
        {
            do
            {
                Take();
            } while (await timer.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException) { }
    }

    /// <summary>What was seen; null where too little was.</summary>
    public LoadGeneratorStats? Stats()
    {
        if (_samples.Count < 2)
        {
            return null;
        }
        var whole = Share(_samples[0], _samples[^1]);
        var (machineMax, engineMax) = _samples.Count <= WindowSeconds ? whole : (0, 0);
        for (var i = WindowSeconds; i < _samples.Count; i++)
        {
            var (machine, engine) = Share(_samples[i - WindowSeconds], _samples[i]);
            (machineMax, engineMax) = (Math.Max(machineMax, machine), Math.Max(engineMax, engine));
        }
        return new LoadGeneratorStats(
            Environment.ProcessorCount,
            whole.Machine,
            machineMax,
            whole.Engine,
            engineMax,
            _engineMemoryMax,
            _machineMemoryMax,
            IsLocal(targetHost)
        );
    }

    /// <summary>Whether a host name stands for this machine.</summary>
    internal static bool IsLocal(string? host) =>
        host is not null
        && (
            host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || host.Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))
        );

    private static (double Machine, double Engine) Share(Sample from, Sample to)
    {
        double total = to.Total - from.Total;
        return total <= 0
            ? (0, 0)
            : (
                Math.Clamp(1 - ((to.Idle - from.Idle) / total), 0, 1),
                Math.Clamp((to.Engine - from.Engine) / total, 0, 1)
            );
    }

    private void Take()
    {
        try
        {
            var cpu = Fields(File.ReadLines("/proc/stat").First())[1..].Select(Number).ToArray();
            var stat = File.ReadAllText(FormattableString.Invariant($"/proc/{engineId}/stat"));
            // The program's name stands in parentheses and may hold spaces: fields are counted after it.
            var engine = Fields(stat[(stat.LastIndexOf(')') + 1)..]);
            // user nice system idle iowait irq softirq steal: guest times are in user time already.
            _samples.Add(new Sample(cpu[..8].Sum(), cpu[3] + cpu[4], Number(engine[11]) + Number(engine[12])));
            _engineMemoryMax = Math.Max(_engineMemoryMax, Number(engine[21]) * Environment.SystemPageSize);
            var memory = File.ReadLines("/proc/meminfo").Take(3).Select(line => Number(Fields(line)[1])).ToArray();
            _machineMemoryMax = Math.Max(_machineMemoryMax, 1 - ((double)memory[2] / memory[0]));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            // The engine has just ended: the samples before it are what there is.
        }
    }

    private static string[] Fields(string line) =>
        line.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private sealed record Sample(long Total, long Idle, long Engine);
}
