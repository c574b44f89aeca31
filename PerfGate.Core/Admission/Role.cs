namespace PerfGate.Core.Admission;

/// <summary>What somebody is to PerfGate. Each role may do all that the ones before it may.</summary>
public enum Role
{
    /// <summary>Reads: <c>PerfGate.Viewer</c>.</summary>
    Viewer = 1,

    /// <summary>Runs on staging, and edits its tests: <c>PerfGate.Engineer</c>.</summary>
    Engineer,

    /// <summary>Runs on production, and decides what is the accepted past: <c>PerfGate.Admin</c>.</summary>
    Admin,
}

/// <summary>Roles as tokens carry them.</summary>
public static class RoleNames
{
    /// <summary>The claim of a token that names roles; Entra's app roles arrive in it.</summary>
    public const string Claim = "roles";

    private const string Prefix = "PerfGate.";

    /// <summary>As a token says it: <c>PerfGate.Viewer</c>.</summary>
    public static string NameOf(Role role) => $"{Prefix}{role}";

    /// <summary>The highest role among these names, which must be spelled exactly; null where there is none.</summary>
    public static Role? Highest(IEnumerable<string> names)
    {
        Role? highest = null;
        foreach (var role in names.Select(Read).OfType<Role>())
        {
            highest = highest is { } before && before >= role ? before : role;
        }
        return highest;
    }

    private static Role? Read(string name) =>
        Enum.GetValues<Role>().Cast<Role?>().FirstOrDefault(role => NameOf(role!.Value) == name);
}
