using System.CommandLine;
using PerfGate.Host.Terminal;

namespace PerfGate.Host.Commands;

/// <summary><c>perfgate report</c>: a run's report, to standard output or a file.</summary>
public static class ReportCommand
{
    private static readonly Argument<Guid> TestId = RunId.Create();

    private static readonly Option<string> Format = new("--format")
    {
        Description = "Form of the report.",
        DefaultValueFactory = _ => "html",
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        OptionForms.MustBeOneOf(Format, "html", "markdown", "junit");
        var command = new Command("report", "Print a run's report, or write it to a file.")
        {
            TestId,
            Format,
            OutputFile.Option,
        };
        ServerChoice.AddTo(command);
        command.SetAction(
            async (parsed, cancellation) =>
            {
                var screen = new Screen(parsed.GetValue(CommandLine.Json));
                var (testId, format) = (parsed.GetValue(TestId), parsed.GetValue(Format)!);
                await using var server = await ServerChoice.ConnectAsync(parsed, screen, cancellation);
                var report = await server.Gate.GetReportAsync(testId, cancellation, format);
                await OutputFile.WriteAsync(
                    parsed,
                    screen,
                    report,
                    (file, content) =>
                        new
                        {
                            testId,
                            format,
                            file,
                            content,
                        },
                    cancellation
                );
                return ExitCodes.Ok;
            }
        );
        return command;
    }
}
