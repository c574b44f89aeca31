using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PerfGate.Adapters.Postgres;

/// <summary>
/// Who runs the private PostgreSQL. PostgreSQL refuses to run as root, so root lends it to <c>postgres</c>, or to
/// <c>nobody</c>; anyone else runs it as themselves.
/// </summary>
internal sealed record PostgresAccount(string? Name, string? Group)
{
    private const UnixFileMode OthersMayPass = UnixFileMode.OtherExecute;

    /// <summary>The account for this process.</summary>
    /// <exception cref="InvalidOperationException">This is root, and there is no account to lend it to.</exception>
    public static async Task<PostgresAccount> ChooseAsync(CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
        {
            return new PostgresAccount(null, null);
        }
        foreach (var name in new[] { "postgres", "nobody" })
        {
            var (status, group) = await ProgramOutput.RunAsync(new ProcessStartInfo("id", ["-g", name]), cancellation);
            if (status == 0)
            {
                return new PostgresAccount(name, group.Trim());
            }
        }
        throw new InvalidOperationException(
            "PostgreSQL does not run as root, and there is neither an account 'postgres' nor 'nobody'. Run as another user, or name a database with --postgres."
        );
    }

    /// <summary>
    /// A folder that the account can reach: the one wished for, or, where one above it is closed to others (root's own
    /// home), one under /var/tmp that belongs to it alone,
    /// noted in <c>location.txt</c> in the one wished for.
    /// </summary>
    /// <exception cref="InvalidOperationException">The folder under /var/tmp belongs to somebody else.</exception>
    public async Task<string> ReachableAsync(string wished, CancellationToken cancellation)
    {
        Directory.CreateDirectory(wished);
        if (Name is null || OperatingSystem.IsWindows() || IsOpen(wished))
        {
            return wished;
        }
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(wished)))[..16];
        var folder = $"/var/tmp/perfgate-postgres-{hash}";
        Directory.CreateDirectory(folder);
        var (_, owner) = await ProgramOutput.RunAsync(new ProcessStartInfo("stat", ["-c", "%u", folder]), cancellation);
        if (owner.Trim() != "0")
        {
            throw new InvalidOperationException($"{folder} belongs to somebody else; remove it and try again.");
        }
        // Set, not asked for at its making: a strict umask would close it.
        File.SetUnixFileMode(
            folder,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | OthersMayPass
        );
        await File.WriteAllTextAsync(Path.Combine(wished, "location.txt"), folder + "\n", cancellation);
        return folder;
    }

    /// <summary>Gives a file or folder to the account, so that only it can read it.</summary>
    public async Task OwnAsync(string path, CancellationToken cancellation)
    {
        if (Name is not null)
        {
            var (status, said) = await ProgramOutput.RunAsync(
                new ProcessStartInfo("chown", ["-R", $"{Name}:{Group}", path]),
                cancellation
            );
            if (status != 0)
            {
                throw new InvalidOperationException($"{path} could not be given to {Name}: {said}");
            }
        }
    }

    /// <summary>How the account starts a program.</summary>
    public ProcessStartInfo Start(string program, params IEnumerable<string> arguments)
    {
        var start = Name is null
            ? new ProcessStartInfo(program, arguments)
            : new ProcessStartInfo(
                "setpriv",
                [
                    $"--reuid={Name}",
                    string.Create(CultureInfo.InvariantCulture, $"--regid={Group}"),
                    "--clear-groups",
                    program,
                    .. arguments,
                ]
            );
        // Not this process's folder: the account may not be allowed into it.
        start.WorkingDirectory = Path.GetTempPath();
        return start;
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static bool IsOpen(string folder)
    {
        for (var place = new DirectoryInfo(folder); place is not null; place = place.Parent)
        {
            if ((place.UnixFileMode & OthersMayPass) == 0)
            {
                return false;
            }
        }
        return true;
    }
}
