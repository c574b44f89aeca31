using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using PerfGate.Adapters.Processes;
using PerfGate.Core.K6Output;
using PerfGate.Core.Metrics;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;

namespace PerfGate.Tests.Runner;

/// <summary>The real runner program with a folder of its own.</summary>
internal sealed class RunnerUnderTest : IAsyncDisposable
{
    private readonly List<Process> _processes = [];

    public RunnerUnderTest(string? script)
    {
        Folder = Directory.CreateTempSubdirectory("perfgate-runner-test-").FullName;
        if (script is not null)
        {
            File.WriteAllText(Path.Combine(Folder, ArtifactNames.Script), script);
        }
        Order = new RunnerOrder
        {
            RunId = Guid.NewGuid(),
            Artifacts = new Uri($"file://{Folder}/"),
            Deadline = TimeProvider.System.GetUtcNow().AddMinutes(2),
            ParentPid = Environment.ProcessId,
        };
    }

    public string Folder { get; }

    public RunnerOrder Order { get; set; }

    public string Errors { get; private set; } = "";

    public static string? K6 { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? "k6.exe" : "k6"))
            .FirstOrDefault(File.Exists);

    private static readonly Lazy<bool> Embedded = new(HasEmbeddedEngine);

    public static void SkipWithout(string engine)
    {
        if (engine == "k6")
        {
            Assert.SkipUnless(K6 is not null, "no k6 on PATH");
        }
        else
        {
            Assert.SkipUnless(Embedded.Value, "the embedded engine beside the runner does not run");
        }
    }

    /// <summary>Starts it and gives it its order; where asked for, in an environment of another kind.</summary>
    public async Task<Process> StartAsync(params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [SiblingProgram.Locate("PerfGate.Runner")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        var process = Process.Start(start)!;
        _processes.Add(process);
        process.ErrorDataReceived += (_, line) => Errors += line.Data + "\n";
        process.BeginErrorReadLine();
        await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(Order, RunJson.Options));
        process.StandardInput.Close();
        return process;
    }

    /// <summary>Runs it to its end.</summary>
    public async Task<RunnerEnd> RunAsync()
    {
        var process = await StartAsync();
        return await EndOfAsync(process);
    }

    public async Task<RunnerEnd> EndOfAsync(Process process, int minutes = 1)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(minutes));
        await process.WaitForExitAsync(patience.Token);
        Assert.True(process.ExitCode == 0, Errors);
        return ReadEnd();
    }

    public RunnerEnd ReadEnd() =>
        JsonSerializer.Deserialize<RunnerEnd>(Read(ArtifactNames.End(Order.Segment)), RunJson.Options)!;

    public byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Folder, name));

    public string ReadText(string name) => Encoding.UTF8.GetString(Read(name));

    public bool Has(string name) => File.Exists(Path.Combine(Folder, name));

    public K6Summary ReadSummary(int segment = 0)
    {
        Assert.True(
            SummaryReader.TryRead(Read(ArtifactNames.Summary(segment)), out var summary, out var problem),
            problem
        );
        return summary;
    }

    public RunMetrics Measure()
    {
        var builder = new RunMetricsBuilder();
        builder.AddSeries(Order.Segment, Read(ArtifactNames.Series(Order.Segment)));
        return builder.Build(Has(ArtifactNames.Summary(Order.Segment)) ? [ReadSummary()] : [], [ReadEnd()]);
    }

    /// <summary>Waits until samples have been written.</summary>
    public async Task LoadBegunAsync()
    {
        var series = new FileInfo(Path.Combine(Folder, ArtifactNames.Series(Order.Segment)));
        await EventuallyAsync(
            () =>
            {
                series.Refresh();
                return series is { Exists: true, Length: > 100 };
            },
            $"load begins: {Errors}"
        );
    }

    /// <summary>The engine process that a runner has started, by its command line.</summary>
    public static int EngineOf(Process runner) =>
        Directory
            .EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Single(id => id > 0 && ParentOf(id) == runner.Id);

    public static bool IsAlive(int id) => ParentOf(id) is not null;

    public static async Task EventuallyAsync(Func<bool> holds, string what, int everyMs = 100)
    {
        for (var i = 0; i < 30_000 / everyMs; i++)
        {
            if (holds())
            {
                return;
            }
            await Task.Delay(everyMs);
        }
        Assert.Fail($"Did not come true within 30 s: {what}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
            await process.WaitForExitAsync();
            process.Dispose();
        }
        Directory.Delete(Folder, recursive: true);
    }

    private static bool HasEmbeddedEngine()
    {
        var folder = Path.GetDirectoryName(SiblingProgram.Locate("PerfGate.Runner"))!;
        var start = new ProcessStartInfo("dotnet", [Path.Combine(folder, "PerfGate.K6.dll"), "version"])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var version = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 && version.Trim().Length > 0;
    }

    private static int? ParentOf(int id)
    {
        try
        {
            var stat = File.ReadAllText(FormattableString.Invariant($"/proc/{id}/stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : int.Parse(fields[1], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
