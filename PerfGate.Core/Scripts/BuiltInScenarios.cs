namespace PerfGate.Core.Scripts;

/// <summary>A scenario that PerfGate brings along.</summary>
/// <param name="Name">Name in requests, k6 scenario name, and the function that its module in k6-scripts/ exports.</param>
/// <param name="Answers">Answers that a typical iteration waits for, one after the other: for sizing only.</param>
/// <param name="Pauses">Pauses of a typical iteration.</param>
/// <param name="Description">What its users do.</param>
public sealed record BuiltInScenario(string Name, int Answers, int Pauses, string Description);

/// <summary>The scenarios that PerfGate brings along: a wedding platform's four main ways of use.</summary>
public static class BuiltInScenarios
{
    /// <summary>All of them, in the order in which they are applied by default.</summary>
    public static IReadOnlyList<BuiltInScenario> All { get; } =
    [
        new("supplierDashboard", 2, 2, "A supplier logs in and opens the dashboard."),
        new("clientForm", 2, 2, "A couple opens the enquiry form, fills it in and submits it."),
        new("photoGallery", 4, 3, "A guest looks through the galleries: list, gallery, thumbnails, a photo."),
        new("realtimeUpdates", 3, 2, "A supplier keeps the notifications open: WebSocket, poll, event stream."),
    ];

    /// <summary>The one of that name; null where there is none.</summary>
    public static BuiltInScenario? Find(string name) =>
        All.FirstOrDefault(each => string.Equals(each.Name, name, StringComparison.Ordinal));
}
