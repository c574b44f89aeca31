namespace PerfGate.Core.Admission;

/// <summary>Everything that can be asked of PerfGate, as far as not everybody may. Who may is <see cref="AccessPolicy"/>.</summary>
public enum Permission
{
    /// <summary>See tests, runs, reports, scripts, logs, baselines.</summary>
    Read,

    /// <summary>Start a load.</summary>
    Run,

    /// <summary>Stop a load that is on, or withdraw one that waits.</summary>
    Cancel,

    /// <summary>Stop every load, and let none begin.</summary>
    StopAll,

    /// <summary>Let loads begin again after that.</summary>
    LiftStop,

    /// <summary>Have output judged that was made elsewhere, and so add to the past of an environment.</summary>
    Import,

    /// <summary>Define, change, schedule and delete stored tests.</summary>
    EditTests,

    /// <summary>Establish, replace and undo baselines.</summary>
    PromoteBaselines,

    /// <summary>Read the audit trail.</summary>
    ReadAudit,
}
