using System.CommandLine;
using PerfGate.Host.Client;
using PerfGate.Host.Terminal;

namespace PerfGate.Host.Commands;

/// <summary>The reports of a run that shall be left as files: <c>--junit</c>, <c>--markdown</c>, <c>--html</c>.</summary>
internal sealed class ReportFiles
{
    private static readonly (string Format, Option<string?> Option)[] Options =
    [
        ("junit", new("--junit") { Description = "Write the JUnit report to this file." }),
        ("markdown", new("--markdown") { Description = "Write the Markdown report to this file." }),
        ("html", new("--html") { Description = "Write the HTML report to this file." }),
    ];

    private readonly List<(string Format, string Path)> _files;

    private ReportFiles(List<(string, string)> files) => _files = files;

    /// <summary>Adds the options.</summary>
    public static void AddTo(Command command)
    {
        foreach (var (_, option) in Options)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The files asked for; their folders are made now, so that a mistake is seen before the load.</summary>
    /// <exception cref="UsageException">A file cannot be written there.</exception>
    public static ReportFiles Of(ParseResult parsed)
    {
        var files = new List<(string, string)>();
        foreach (var (format, option) in Options)
        {
            if (parsed.GetValue(option) is { } path)
            {
                files.Add((format, Prepare(path, option.Name)));
            }
        }
        return new ReportFiles(files);
    }

    /// <summary>A path that can be written to.</summary>
    /// <exception cref="UsageException">It cannot.</exception>
    public static string Prepare(string path, string option)
    {
        try
        {
            var full = Path.GetFullPath(path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            return Directory.Exists(full)
                ? throw new UsageException($"{option} is \"{path}\", which is a folder.")
                : full;
        }
        catch (Exception refused)
            when (refused is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"{option} is \"{path}\", which cannot be written: {refused.Message}");
        }
    }

    /// <summary>Writes them. Where one cannot be had (a run that never began has none), that is told; the verdict stands.</summary>
    public async Task WriteAsync(
        GateClient gate,
        RunFollower follower,
        Guid testId,
        Screen screen,
        CancellationToken cancellation
    )
    {
        foreach (var (format, path) in _files)
        {
            try
            {
                var report = await follower.PersistAsync(
                    () => gate.GetReportAsync(testId, cancellation, format),
                    cancellation
                );
                await File.WriteAllTextAsync(path, report, cancellation);
                screen.Notice($"Report: {path}");
            }
            catch (Exception failure)
                when (failure
                        is HttpRequestException
                            or ServerGoneException
                            or IOException
                            or UnauthorizedAccessException
                )
            {
                screen.Warn($"No {format} report: {failure.Message}");
            }
        }
    }
}
