namespace PerfGate.Core.Baselines;

/// <summary>
/// Which kind of engine made a load. Engines differ in what they need for a request, so that figures of one are no measure of
/// another's: runs are compared only within a kind.
/// </summary>
public enum EngineKind
{
    /// <summary>k6 of whatever release, also where its output was imported.</summary>
    K6,

    /// <summary>PerfGate's own engine.</summary>
    Embedded,
}

/// <summary>Reads kinds of engines from what results say of their engine.</summary>
public static class EngineKinds
{
    /// <summary>
    /// The kind behind a result's engine text (<c>k6 v2.2.0</c>, <c>imported k6 v1.3.0</c>, <c>embedded 0.1.0</c>). A text
    /// that is missing or says nothing known counts as k6, which is what others' results come from.
    /// </summary>
    public static EngineKind Of(string? engine) =>
        engine is not null && engine.Contains("embedded", StringComparison.OrdinalIgnoreCase)
            ? EngineKind.Embedded
            : EngineKind.K6;

    /// <summary>Its name in sentences.</summary>
    public static string Name(EngineKind kind) => kind == EngineKind.Embedded ? "the embedded engine" : "k6";
}
