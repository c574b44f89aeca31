using PerfGate.Core.Requests;

namespace PerfGate.Core.Admission;

/// <summary>Who may do what, where: the one table that every decision comes from.</summary>
public static class AccessPolicy
{
    /// <summary>The table: what, on which environment at least which role.</summary>
    public static IReadOnlyList<AccessRule> Rules { get; } =
    [
        new(Permission.Read, "see tests, runs, reports, scripts, logs, baselines", Role.Viewer, Role.Viewer),
        new(Permission.Run, "start a load", Role.Engineer, Role.Admin),
        new(Permission.Cancel, "stop a load, or withdraw one that waits", Role.Engineer, Role.Engineer),
        new(Permission.StopAll, "stop every load at once and let none begin", Role.Engineer, Role.Engineer),
        new(Permission.LiftStop, "lift such a stop", Role.Admin, Role.Admin),
        new(Permission.Import, "have output of elsewhere judged", Role.Engineer, Role.Admin),
        new(Permission.EditTests, "define, change, schedule and delete stored tests", Role.Engineer, Role.Admin),
        new(Permission.PromoteBaselines, "establish, replace and undo baselines", Role.Admin, Role.Admin),
        new(Permission.ReadAudit, "read the audit trail", Role.Admin, Role.Admin),
    ];

    /// <summary>The least role that may do this on an environment.</summary>
    public static Role Needed(Permission permission, TargetEnvironment environment) =>
        environment == TargetEnvironment.Production ? RuleOf(permission).Production : RuleOf(permission).Staging;

    /// <summary>The least role that may do this anywhere: who has less need not be heard out.</summary>
    public static Role NeededAnywhere(Permission permission)
    {
        var rule = RuleOf(permission);
        return rule.Staging < rule.Production ? rule.Staging : rule.Production;
    }

    private static AccessRule RuleOf(Permission permission) => Rules.Single(rule => rule.Permission == permission);
}

/// <summary>A line of the table.</summary>
/// <param name="Permission">What is asked for.</param>
/// <param name="What">The same in words, after "may".</param>
/// <param name="Staging">The least role on staging.</param>
/// <param name="Production">The least role on production.</param>
public sealed record AccessRule(Permission Permission, string What, Role Staging, Role Production);
