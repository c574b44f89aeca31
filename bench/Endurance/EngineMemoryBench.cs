using System.Diagnostics;
using System.Globalization;
using PerfGate.Adapters.Processes;
using PerfGate.Bench.Target;

namespace PerfGate.Bench.Endurance;

/// <summary>
/// The embedded engine alone, at as many requests a second as it can: what it keeps of each request would show as memory that grows.
/// </summary>
internal static class EngineMemoryBench
{
    private const string Script = """
        import http from 'k6/http';
        import { check } from 'k6';
        export const options = { vus: 20, duration: __ENV.DURATION };
        export default function () { check(http.get(__ENV.TARGET, { tags: { name: 'target' } }), { ok: (r) => r.status === 200 }); }
        """;

    /// <summary>Runs it and prints how its memory went; 1 where it grew.</summary>
    public static async Task<int> RunAsync(int seconds)
    {
        var folder = Directory.CreateTempSubdirectory("perfgate-bench-");
        await using var target = await TargetProcess.StartAsync();
        var script = Path.Combine(folder.FullName, "script.js");
        var summary = Path.Combine(folder.FullName, "summary.json");
        await File.WriteAllTextAsync(script, Script);
        var engine = Path.Combine(Path.GetDirectoryName(SiblingProgram.Locate("PerfGate.Runner"))!, "PerfGate.K6.dll");
        var start = new ProcessStartInfo(
            "dotnet",
            [engine, "run", "--quiet", "--summary-export", summary, "--out", "csv=/dev/null", script]
        )
        {
            RedirectStandardOutput = true,
            Environment = { ["TARGET"] = target.Address, ["DURATION"] = FormattableString.Invariant($"{seconds}s") },
        };
        using var process = Process.Start(start)!;
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        var memory = new ResidentMemory("embedded engine");
        var clock = Stopwatch.StartNew();
        while (!process.HasExited)
        {
            memory.Take(process.Id, Math.Min(0.999, clock.Elapsed.TotalSeconds / seconds));
            await Task.Delay(250);
        }
        Console.WriteLine("| resident memory, MB | 1st quarter | 2nd | 3rd | 4th | peak | flat |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | --- |");
        Console.WriteLine(memory.Row());
        using var document = System.Text.Json.JsonDocument.Parse(await File.ReadAllBytesAsync(summary));
        var requests = document.RootElement.GetProperty("metrics").GetProperty("http_reqs").GetProperty("count");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"requests: {requests}"));
        folder.Delete(recursive: true);
        return memory.IsFlat ? 0 : 1;
    }
}
