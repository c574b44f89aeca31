using System.CommandLine;
using PerfGate.Host.Terminal;

namespace PerfGate.Host.Commands;

/// <summary>Text that goes to standard output, or with <c>-o</c> to a file.</summary>
internal static class OutputFile
{
    /// <summary><c>-o FILE</c>.</summary>
    public static readonly Option<string?> Option = new("--output", "-o")
    {
        Description = "Write to this file instead of standard output.",
        HelpName = "FILE",
    };

    /// <summary>Writes it.</summary>
    /// <param name="parsed">Names the file, or not.</param>
    /// <param name="screen">Where to.</param>
    /// <param name="text">What.</param>
    /// <param name="document">The JSON document, of the file's path and the content: one of the two is null.</param>
    /// <param name="cancellation">Ends the writing.</param>
    /// <exception cref="UsageException">The file cannot be written.</exception>
    public static async Task WriteAsync(
        ParseResult parsed,
        Screen screen,
        string text,
        Func<string?, string?, object> document,
        CancellationToken cancellation
    )
    {
        if (parsed.GetValue(Option) is not { } file)
        {
            screen.Result(document(null, text), _ => Console.Out.Write(text));
            return;
        }
        var path = ReportFiles.Prepare(file, Option.Name);
        await File.WriteAllTextAsync(path, text, cancellation);
        screen.Result(document(path, null), _ => screen.Notice($"Written: {path}"));
    }
}
