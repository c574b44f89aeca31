using System.Diagnostics;
using System.Globalization;

namespace PerfGate.Bench.Reading;

/// <summary>
/// k6's output into condensed records, beside <c>wc -l</c> (as fast as a file can be looked through) and <c>jq</c>. All on one
/// core, in turns, so that what disturbs one disturbs the others; the median of five.
/// </summary>
internal static class ReadingBench
{
    private const int Rounds = 5;
    private const int JqMegabytes = 20;

    /// <summary>Prints the table.</summary>
    public static async Task<int> RunAsync(int megabytes)
    {
        var folder = Directory.CreateTempSubdirectory("perfgate-bench-").FullName;
        try
        {
            if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
            {
                Process.GetCurrentProcess().ProcessorAffinity = 1;
            }
            await MeasureAsync(folder, megabytes * 1_000_000L);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(string folder, long bytes)
    {
        string In(string name) => Path.Combine(folder, name);
        LargeOutput.WriteCsv(In("a.csv"), bytes, ownUrls: false);
        LargeOutput.WriteNdjson(In("a.json"), bytes, ownUrls: false);
        LargeOutput.WriteCsv(In("own.csv"), bytes / 4, ownUrls: true);
        LargeOutput.WriteNdjson(In("own.json"), bytes / 4, ownUrls: true);
        LargeOutput.WriteCsv(In("tenth.csv"), bytes / 10, ownUrls: false);
        LargeOutput.WriteNdjson(In("tenth.json"), bytes / 10, ownUrls: false);
        LargeOutput.WriteNdjson(In("jq.json"), Math.Min(bytes, JqMegabytes * 1_000_000L), ownUrls: false);
        LargeOutput.Pack(In("a.csv"), In("csv.gz"));
        LargeOutput.Pack(In("a.json"), In("json.gz"));

        var cases = new List<Case>
        {
            new("CSV", In("a.csv"), null, () => ReadingOnce.ReadAsync(In("a.csv"))),
            new("`wc -l` of it", In("a.csv"), "wc", () => ToolAsync("wc", "-l", In("a.csv"))),
            new("NDJSON", In("a.json"), null, () => ReadingOnce.ReadAsync(In("a.json"))),
            new("`wc -l` of it", In("a.json"), "wc", () => ToolAsync("wc", "-l", In("a.json"))),
            new("`jq .data.value` of NDJSON", In("jq.json"), "jq", () => ToolAsync("jq", ".data.value", In("jq.json"))),
            new("CSV, gzip (of unpacked bytes)", In("a.csv"), null, () => ReadingOnce.ReadAsync(In("csv.gz"))),
            new("`gzip -dc` of it", In("a.csv"), "gzip", () => ToolAsync("gzip", "-dc", In("csv.gz"))),
            new("NDJSON, gzip (of unpacked bytes)", In("a.json"), null, () => ReadingOnce.ReadAsync(In("json.gz"))),
            new("`gzip -dc` of it", In("a.json"), "gzip", () => ToolAsync("gzip", "-dc", In("json.gz"))),
            new(
                "CSV, a URL of its own for each request",
                In("own.csv"),
                null,
                () => ReadingOnce.ReadAsync(In("own.csv"))
            ),
            new(
                "NDJSON, a URL of its own for each request",
                In("own.json"),
                null,
                () => ReadingOnce.ReadAsync(In("own.json"))
            ),
        };
        cases.RemoveAll(each => each.Tool is { } tool && !IsOnPath(tool));

        // Once to compile and to have the file in memory, then in turns.
        foreach (var each in cases)
        {
            await each.Run();
        }
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var each in cases)
            {
                var watch = Stopwatch.StartNew();
                await each.Run();
                each.Seconds.Add(watch.Elapsed.TotalSeconds);
            }
        }
        var csv = cases[0].MegabytesPerSecond;
        Console.WriteLine("| what | MB/s on one core | of reading CSV |");
        Console.WriteLine("| --- | ---: | ---: |");
        foreach (var each in cases)
        {
            Print($"| {each.Name} | {each.MegabytesPerSecond:#,0} | {each.MegabytesPerSecond / csv:0.00} |");
        }
        Console.WriteLine();
        Console.WriteLine("| peak memory of a process that reads | MB |");
        Console.WriteLine("| --- | ---: |");
        foreach (var name in new[] { "tenth.csv", "a.csv", "tenth.json", "a.json" })
        {
            var length = new FileInfo(In(name)).Length / 1e6;
            Print($"| {length:#,0} MB of {Path.GetExtension(name)[1..]} | {await PeakAsync(In(name)) / 1e6:0} |");
        }
    }

    private static async Task<double> PeakAsync(string file)
    {
        using var process = Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!, [.. Self(), "reading-once", file])
            {
                RedirectStandardOutput = true,
            }
        )!;
        var line = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }

    // Started as `dotnet PerfGate.Bench.dll`, the program is dotnet's.
    private static string[] Self() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet"
            ? [Path.Combine(AppContext.BaseDirectory, "PerfGate.Bench.dll")]
            : [];

    private static async Task ToolAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" > /dev/null", program, .. arguments])
        )!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
        }
    }

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)));

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private sealed record Case(string Name, string File, string? Tool, Func<Task> Run)
    {
        public List<double> Seconds { get; } = [];

        public double MegabytesPerSecond =>
            new FileInfo(File).Length / 1e6 / Seconds.Order().ElementAt(Seconds.Count / 2);
    }
}
