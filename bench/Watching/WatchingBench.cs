using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PerfGate.Adapters.Processes;
using PerfGate.Bench.Target;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;

namespace PerfGate.Bench.Watching;

/// <summary>
/// What watching costs: requests a second of the load engine alone, with no output, beside the same script under the runner,
/// which reads every sample, and beside the engine's own CSV that nobody reads: what k6 pays for an output by itself.
/// In turns, their order turned round each time; k6 where it is on PATH, else the embedded engine.
/// </summary>
internal static class WatchingBench
{
    private const string Script = """
        import http from 'k6/http';
        export const options = { vus: 50, duration: __ENV.DURATION, summaryTrendStats: ['avg', 'min', 'med', 'max', 'p(90)', 'p(95)', 'count'] };
        export default function () { http.get(__ENV.TARGET, { tags: { name: 'target' } }); }
        """;

    public static async Task<int> RunAsync(int pairs, int seconds, string? engine)
    {
        var k6 = engine == "embedded" ? null : FindK6();
        await using var target = await TargetProcess.StartAsync();
        var alone = new List<double>();
        var unread = new List<double>();
        var watched = new List<double>();
        Func<Task>[] turns =
        [
            async () => alone.Add(await AloneAsync(k6, target.Address, seconds)),
            async () => unread.Add(await AloneAsync(k6, target.Address, seconds, "--out", "csv=/dev/null")),
            async () => watched.Add(await WatchedAsync(k6, target.Address, seconds)),
        ];
        for (var pair = 0; pair < pairs; pair++)
        {
            foreach (var turn in pair % 2 == 0 ? turns : turns.Reverse())
            {
                await turn();
            }
        }
        Console.WriteLine(
            $"| {(k6 is null ? "embedded" : "k6")} | requests/s, median | of alone, median | least | most |"
        );
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: |");
        Row("alone, no output", alone, alone);
        Row("its own CSV, which nobody reads", unread, alone);
        Row("watched by the runner", watched, alone);
        return 0;
    }

    private static void Row(string name, List<double> rates, List<double> alone)
    {
        var ratios = rates.Zip(alone, (rate, own) => rate / own).Order().ToArray();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {Median(rates):#,0} | {Median(ratios) * 100:0.0} % | {ratios[0] * 100:0.0} % | {ratios[^1] * 100:0.0} % |"
            )
        );
    }

    private static async Task<double> AloneAsync(string? k6, string target, int seconds, params string[] outputs)
    {
        var folder = Directory.CreateTempSubdirectory("perfgate-bench-");
        try
        {
            var script = Path.Combine(folder.FullName, ArtifactNames.Script);
            var summary = Path.Combine(folder.FullName, "summary.json");
            await File.WriteAllTextAsync(script, Script);
            string[] arguments =
            [
                "run",
                "--quiet",
                "--no-usage-report",
                "--summary-export",
                summary,
                .. outputs,
                script,
            ];
            string[] command = k6 is null ? ["dotnet", EmbeddedEngine(), .. arguments] : [k6, .. arguments];
            // The runner gives its engine a session of its own, and Linux shares CPU out by session (sched_autogroup): the
            // engine alone gets the same, or target and engine would share differently in the two.
            var start = OperatingSystem.IsLinux()
                ? new ProcessStartInfo("setsid", ["--wait", .. command])
                : new ProcessStartInfo(command[0], command[1..]);
            start.RedirectStandardOutput = start.RedirectStandardError = true;
            foreach (var (name, value) in ScriptEnvironment(target, seconds))
            {
                start.Environment[name] = value;
            }
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            await output;
            return File.Exists(summary)
                ? Rate(summary)
                : throw new InvalidOperationException($"The engine left no summary: {errors}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<double> WatchedAsync(string? k6, string target, int seconds)
    {
        var folder = Directory.CreateTempSubdirectory("perfgate-bench-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, ArtifactNames.Script), Script);
            var order = new RunnerOrder
            {
                RunId = Guid.NewGuid(),
                Artifacts = new Uri($"file://{folder.FullName}/"),
                Deadline = TimeProvider.System.GetUtcNow().AddSeconds(seconds + 60),
                Engine = k6 ?? "embedded",
                ParentPid = Environment.ProcessId,
                ScriptEnvironment = ScriptEnvironment(target, seconds),
            };
            var start = new ProcessStartInfo("dotnet", [SiblingProgram.Locate("PerfGate.Runner")])
            {
                RedirectStandardInput = true,
            };
            using var process = Process.Start(start)!;
            await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(order, RunJson.Options));
            process.StandardInput.Close();
            await process.WaitForExitAsync();
            return Rate(Path.Combine(folder.FullName, ArtifactNames.Summary(0)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Dictionary<string, string> ScriptEnvironment(string target, int seconds) =>
        new() { ["TARGET"] = target, ["DURATION"] = FormattableString.Invariant($"{seconds}s") };

    private static string EmbeddedEngine() =>
        Path.Combine(Path.GetDirectoryName(SiblingProgram.Locate("PerfGate.Runner"))!, "PerfGate.K6.dll");

    private static double Rate(string summary)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(summary));
        return document.RootElement.GetProperty("metrics").GetProperty("http_reqs").GetProperty("rate").GetDouble();
    }

    private static string? FindK6() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, "k6"))
            .FirstOrDefault(File.Exists);

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1
            ? sorted[sorted.Length / 2]
            : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
