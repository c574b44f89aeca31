namespace PerfGate.Adapters.Files;

/// <summary>Keeps names of artifacts inside their run's own folder or prefix.</summary>
internal static class ArtifactName
{
    /// <summary>The name, if it is one: letters, digits, hyphens and dots, not beginning with a dot.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static string Checked(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.') && name[0] != '.'
            ? name
            : throw new ArgumentException($"'{name}' is no artifact name.", nameof(name));
}
