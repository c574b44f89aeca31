using PerfGate.Core.Runs;

namespace PerfGate.Core.Reports;

/// <summary>
/// A run as one HTML page that needs nothing else: no network, no JavaScript (a small script only adds read-outs). The same
/// result always gives the same bytes.
/// </summary>
public static class HtmlReport
{
    /// <summary>Writes the page. Every text of the run is encoded; times are UTC, durations milliseconds or seconds.</summary>
    public static string Render(RunResult result)
    {
        var title = $"{ReportWords.VerdictName(result.Verdict.Verdict)}: {ReportWords.TestName(result)}";
        return Markup
            .Of(
                $"""
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width,initial-scale=1">
                <meta http-equiv="Content-Security-Policy" content="{Markup.Constant(ReportScript.Policy)}">
                <meta name="color-scheme" content="light dark">
                <meta name="referrer" content="no-referrer">
                <link rel="icon" href="data:,">
                <title>{title}</title>
                <style>{Markup.Constant(ReportStyle.Css)}</style>
                </head>
                <body>
                <main class="page">
                {VerdictSection.Draw(result)}
                {KeyFiguresSection.Draw(result)}
                {ThresholdSection.Draw(result.Thresholds)}
                {BaselineSection.Draw(result.Baseline)}
                {ChartSection.Draw(result)}
                {BreakdownSection.Draw(result.Metrics)}
                {FailureSection.Draw(result.Metrics)}
                {PhaseSection.Draw(result.Metrics)}
                {LoadGeneratorSection.Draw(result.Metrics?.LoadGenerator)}
                {ConfigurationSection.Draw(result)}
                <footer>Run <code>{result.RunId.ToString()}</code>. Times are UTC. {ReportWords.EngineSentence(
                    result
                )} Written by PerfGate; this page is complete in itself and asks nothing of the network.</footer>
                </main>
                </body>
                </html>

                """
            )
            .ToString()
            .ReplaceLineEndings("\n");
    }
}
