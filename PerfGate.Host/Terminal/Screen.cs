using System.Text.Json;
using PerfGate.Core.Requests;
using Spectre.Console;

namespace PerfGate.Host.Terminal;

/// <summary>
/// Where a command writes: results to standard output, everything else (progress, notices, errors) to standard error. With
/// <c>--json</c>, standard output holds one JSON document and nothing else.
/// </summary>
public sealed class Screen
{
    /// <summary>Columns of an output that is no terminal: wide enough that few sentences are broken.</summary>
    private const int PlainWidth = 120;

    /// <summary>A screen over this process's output and error.</summary>
    public Screen(bool json)
    {
        Json = json;
        Notices = Create(Console.Error);
        Results = json ? Notices : Create(Console.Out);
    }

    /// <summary>Whether the result is wanted as JSON.</summary>
    public bool Json { get; }

    /// <summary>For the result as a person reads it; with <see cref="Json"/>, a notice beside the document.</summary>
    public IAnsiConsole Results { get; }

    /// <summary>For all that is not the result.</summary>
    public IAnsiConsole Notices { get; }

    /// <summary>Whether somebody watches: a bar may move.</summary>
    public bool IsWatched =>
        Notices.Profile.Out.IsTerminal && Notices.Profile.Capabilities is { Ansi: true, Interactive: true };

    /// <summary>Writes the JSON document.</summary>
    public static void WriteJson(object document) =>
        Console.Out.WriteLine(JsonSerializer.Serialize(document, document.GetType(), RunJson.Indented));

    /// <summary>Writes the result: the document with <c>--json</c>, else what the view shows.</summary>
    public void Result(object document, Action<IAnsiConsole> view)
    {
        if (Json)
        {
            WriteJson(document);
        }
        else
        {
            view(Results);
        }
    }

    /// <summary>Tells what goes on, in one line.</summary>
    public void Notice(string text) => Notices.MarkupLine($"[blue]→[/] {Markup.Escape(text)}");

    /// <summary>Tells what is not well, but does not end the command.</summary>
    public void Warn(string text) => Notices.MarkupLine($"[yellow]![/] {Markup.Escape(text)}");

    private static IAnsiConsole Create(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        if (!console.Profile.Out.IsTerminal)
        {
            console.Profile.Width = PlainWidth;
        }
        return console;
    }
}
