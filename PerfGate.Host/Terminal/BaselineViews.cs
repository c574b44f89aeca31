using System.Globalization;
using PerfGate.Adapters.Http;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Baselines;
using PerfGate.Core.Requests;
using Spectre.Console;

namespace PerfGate.Host.Terminal;

/// <summary>Baselines and their changes as a person at a terminal reads them.</summary>
public static class BaselineViews
{
    /// <summary>Shows baselines.</summary>
    public static void Show(IAnsiConsole console, IReadOnlyList<BaselineView> baselines)
    {
        if (baselines.Count == 0)
        {
            console.WriteLine("No baseline yet. \"perfgate baselines set RUN\" makes a passed run one.");
            return;
        }
        var table = new Table { Border = TableBorder.Rounded }
            .AddColumn("Baseline")
            .AddColumn(new TableColumn("avg, ms").RightAligned())
            .AddColumn(new TableColumn("p95, ms").RightAligned())
            .AddColumn(new TableColumn("errors").RightAligned())
            .AddColumn(new TableColumn("req/s").RightAligned())
            .AddColumn("Since, UTC")
            .AddColumn("Run");
        foreach (var baseline in baselines)
        {
            table.AddRow(
                $"{EnumText.Lower(baseline.TestType)}/{EnumText.Lower(baseline.Environment)}",
                Number(baseline.AvgResponseTimeMs),
                Number(baseline.P95ResponseTimeMs),
                Percent(baseline.ErrorRate),
                Number(baseline.ThroughputRps),
                Time(baseline.EstablishedAt),
                baseline.TestId?.ToString() ?? "–"
            );
        }
        console.Write(table);
    }

    /// <summary>Shows a baseline's changes.</summary>
    public static void Show(IAnsiConsole console, BaselineHistoryAnswer history)
    {
        var table = new Table { Border = TableBorder.Rounded }
            .AddColumn(new TableColumn("Change").RightAligned())
            .AddColumn("When, UTC")
            .AddColumn("Who")
            .AddColumn("What")
            .AddColumn(new TableColumn("p95, ms").RightAligned())
            .AddColumn("Run");
        foreach (var change in history.Changes)
        {
            table.AddRow(
                change.Id.ToString(CultureInfo.InvariantCulture),
                Time(change.ChangedAt),
                Markup.Escape(change.ChangedBy ?? "–"),
                Markup.Escape(What(change)),
                change.Before is { } before ? $"{P95(before)} → {P95(change.After)}" : P95(change.After),
                change.After.RunId.ToString()
            );
        }
        console.Write(table);
        if (history.Next is not null)
        {
            console.WriteLine("There are older ones: --limit shows more.");
        }
    }

    private static string What(BaselineChange change)
    {
        var undoes = change.Undoes is { } undone ? FormattableString.Invariant($" {undone}") : "";
        var by = change.UndoneBy is { } later ? FormattableString.Invariant($" (undone by {later})") : "";
        return change.Reason + undoes + by + (change.Note is { } note ? $": {note}" : "");
    }

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("#,0.#", CultureInfo.InvariantCulture);

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.##} %");

    private static string P95(AcceptedRun run) => Number(run.P95ResponseTimeMs);
}
