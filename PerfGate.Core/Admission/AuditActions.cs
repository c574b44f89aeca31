namespace PerfGate.Core.Admission;

/// <summary>What the audit trail calls the things that are done.</summary>
public static class AuditActions
{
    /// <summary>A load was asked for.</summary>
    public const string Execute = "run.execute";

    /// <summary>Output that was made elsewhere was handed in.</summary>
    public const string Import = "run.import";

    /// <summary>A run was asked to stop.</summary>
    public const string Cancel = "run.cancel";

    /// <summary>Every run was asked to stop, and none may start.</summary>
    public const string StopAll = "stop.all";

    /// <summary>Runs may start again.</summary>
    public const string LiftStop = "stop.lift";

    /// <summary>A run ended; the outcome is its verdict.</summary>
    public const string Result = "run.result";

    /// <summary>Rows of old runs were deleted.</summary>
    public const string PurgeRuns = "run.purge";

    /// <summary>Artifacts of old runs were deleted.</summary>
    public const string PurgeArtifacts = "artifact.purge";

    /// <summary>A run's script was read.</summary>
    public const string ReadScript = "script.read";

    /// <summary>A test was defined.</summary>
    public const string DefineTest = "test.define";

    /// <summary>A test's configuration was replaced.</summary>
    public const string ConfigureTest = "test.configure";

    /// <summary>A test's schedule was set or taken away.</summary>
    public const string ScheduleTest = "test.schedule";

    /// <summary>A test was deleted.</summary>
    public const string DeleteTest = "test.delete";

    /// <summary>A run was made a baseline.</summary>
    public const string EstablishBaseline = "baseline.establish";

    /// <summary>A baseline was replaced.</summary>
    public const string UpdateBaseline = "baseline.update";

    /// <summary>A change of a baseline was taken back.</summary>
    public const string UndoBaseline = "baseline.undo";

    /// <summary>A passed run was added to the past that others are held against.</summary>
    public const string AcceptRun = "baseline.accept";

    /// <summary>Requests without a valid token were refused: together, a row a minute at most.</summary>
    public const string RefuseStrangers = "token.refuse";

    /// <summary>Something was read, of which only refusals are recorded.</summary>
    public const string Read = "read";
}

/// <summary>What came of it. Of <see cref="AuditActions.Result"/> it is the verdict.</summary>
public static class AuditOutcomes
{
    /// <summary>It was done.</summary>
    public const string Done = "done";

    /// <summary>It was taken on, and is done from then on: a run, its cancellation.</summary>
    public const string Accepted = "accepted";

    /// <summary>Nothing was done; the detail says why.</summary>
    public const string Refused = "refused";
}
