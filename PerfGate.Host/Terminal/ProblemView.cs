using PerfGate.Core.Requests;
using Spectre.Console;

namespace PerfGate.Host.Terminal;

/// <summary>Why something was refused: a sentence, and a table of the fields.</summary>
public static class ProblemView
{
    /// <summary>Shows a refusal.</summary>
    public static void Show(IAnsiConsole console, string sentence, IReadOnlyList<FieldError> errors)
    {
        console.MarkupLine($"[red]perfgate:[/] {Markup.Escape(sentence)}");
        if (errors.Count == 0)
        {
            return;
        }
        var table = new Table { Border = TableBorder.Rounded }
            .AddColumn("Field")
            .AddColumn("Problem")
            .AddColumn("Allowed");
        foreach (var error in errors)
        {
            table.AddRow(Markup.Escape(error.Field), Markup.Escape(error.Problem), Markup.Escape(error.Allowed));
        }
        console.Write(table);
    }
}
