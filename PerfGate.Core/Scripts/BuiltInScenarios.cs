namespace PerfGate.Core.Scripts;

/// <summary>A scenario that PerfGate brings along.</summary>
/// <param name="Name">Name in requests, k6 scenario name, and the function that its module in k6-scripts/ exports.</param>
/// <param name="Requests">Requests of a typical iteration: for sizing only.</param>
/// <param name="Pauses">Pauses of a typical iteration.</param>
/// <param name="Pause">Average length of its own pause.</param>
/// <param name="Description">What its users do.</param>
public sealed record BuiltInScenario(string Name, int Requests, int Pauses, TimeSpan Pause, string Description);

/// <summary>The scenarios that PerfGate brings along: a wedding platform's four main ways of use.</summary>
public static class BuiltInScenarios
{
    /// <summary>All of them, in the order in which they are applied by default.</summary>
    public static IReadOnlyList<BuiltInScenario> All { get; } =
    [
        new("supplierDashboard", 5, 3, TimeSpan.FromSeconds(1), "A supplier logs in and looks at the dashboard."),
        new("clientForm", 3, 2, TimeSpan.FromSeconds(1), "A client fills in a form; some make a mistake first."),
        new("photoGallery", 8, 2, TimeSpan.FromSeconds(1), "A guest looks through the photo gallery."),
        new("realtimeUpdates", 3, 2, TimeSpan.FromSeconds(1), "A couple follows live updates and notifications."),
    ];

    /// <summary>The one of that name; null where there is none.</summary>
    public static BuiltInScenario? Find(string name) =>
        All.FirstOrDefault(each => string.Equals(each.Name, name, StringComparison.Ordinal));
}
