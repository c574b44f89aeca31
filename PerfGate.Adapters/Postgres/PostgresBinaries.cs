using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace PerfGate.Adapters.Postgres;

/// <summary>Finds PostgreSQL's own programs: the machine's, else those of an npm package.</summary>
public static class PostgresBinaries
{
    /// <summary>The npm package's version: PostgreSQL 18.4.</summary>
    public const string PackageVersion = "18.4.0-beta.17";

    /// <summary>Environment variable; <c>npm</c> passes over the machine's own.</summary>
    public const string ChoiceVariable = "PERFGATE_POSTGRES";

    private const int OldestMajor = 14;

    /// <summary>The folder with <c>initdb</c>, <c>postgres</c> and <c>pg_ctl</c>.</summary>
    /// <exception cref="InvalidOperationException">There are none, and npm could not bring them; the message says what to do.</exception>
    public static async Task<string> LocateAsync(string folder, CancellationToken cancellation)
    {
        if (Environment.GetEnvironmentVariable(ChoiceVariable) != "npm" && OfMachine() is { } own)
        {
            return own;
        }
        var package = PackageName();
        var home = Path.Combine(folder, "npm");
        var bin = Path.Combine(
            home,
            "node_modules",
            package.Replace('/', Path.DirectorySeparatorChar),
            "native",
            "bin"
        );
        if (!IsComplete(bin))
        {
            await InstallAsync(home, package, cancellation);
            Link(Path.GetDirectoryName(bin)!);
            if (!OperatingSystem.IsWindows())
            {
                // Root installs them, another account runs them; a strict umask would keep it out.
                var readable = new ProcessStartInfo("chmod", ["-R", "a+rX", home]);
                await ProgramOutput.RunAsync(readable, cancellation);
            }
        }
        return IsComplete(bin)
            ? bin
            : throw new InvalidOperationException($"The npm package {package} holds no PostgreSQL in {bin}.");
    }

    private static string? OfMachine()
    {
        var suffix = OperatingSystem.IsWindows() ? ".exe" : "";
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .FirstOrDefault(place => File.Exists(Path.Combine(place, "initdb" + suffix)) && IsComplete(place));
        if (onPath is not null)
        {
            return onPath;
        }
        string[] roots =
        [
            "/usr/lib/postgresql",
            "/opt/homebrew/opt",
            "/usr/local/opt",
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL"),
        ];
        return roots
            .Where(Directory.Exists)
            .SelectMany(Directory.GetDirectories)
            .Select(place => (Bin: Path.Combine(place, "bin"), Major: Major(Path.GetFileName(place))))
            .Where(place => place.Major >= OldestMajor && IsComplete(place.Bin))
            .OrderByDescending(place => place.Major)
            .Select(place => place.Bin)
            .FirstOrDefault();
    }

    private static int Major(string name)
    {
        var digits = name.StartsWith("postgresql@", StringComparison.Ordinal) ? name["postgresql@".Length..] : name;
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : 0;
    }

    private static bool IsComplete(string bin)
    {
        var suffix = OperatingSystem.IsWindows() ? ".exe" : "";
        return new[] { "initdb", "postgres", "pg_ctl" }.All(name => File.Exists(Path.Combine(bin, name + suffix)));
    }

    private static string PackageName()
    {
        var system =
            OperatingSystem.IsWindows() ? "windows"
            : OperatingSystem.IsMacOS() ? "darwin"
            : "linux";
        var processor = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64";
        return $"@embedded-postgres/{system}-{processor}";
    }

    private static async Task InstallAsync(string home, string package, CancellationToken cancellation)
    {
        Directory.CreateDirectory(home);
        var start = new ProcessStartInfo(OperatingSystem.IsWindows() ? "npm.cmd" : "npm")
        {
            ArgumentList =
            {
                "install",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--no-save",
                "--prefix",
                home,
                $"{package}@{PackageVersion}",
            },
        };
        const string Advice = "Install PostgreSQL, or Node.js with npm, and try again.";
        try
        {
            var (status, said) = await ProgramOutput.RunAsync(start, cancellation);
            if (status != 0)
            {
                throw new InvalidOperationException($"npm could not bring {package}: {said.Trim()} {Advice}");
            }
        }
        catch (System.ComponentModel.Win32Exception absent)
        {
            throw new InvalidOperationException(
                $"There is no PostgreSQL on this machine, and no npm to bring one. {Advice}",
                absent
            );
        }
    }

    // The package's install script makes these links; install scripts are not run here.
    private static void Link(string native)
    {
        var list = Path.Combine(native, "pg-symlinks.json");
        if (!File.Exists(list))
        {
            return;
        }
        var root = Path.GetDirectoryName(native)!;
        using var json = JsonDocument.Parse(File.ReadAllBytes(list));
        foreach (var link in json.RootElement.EnumerateArray())
        {
            var source = Path.Combine(root, link.GetProperty("source").GetString()!);
            var target = Path.Combine(root, link.GetProperty("target").GetString()!);
            if (File.Exists(source) && !File.Exists(target))
            {
                File.CreateSymbolicLink(target, Path.GetRelativePath(Path.GetDirectoryName(target)!, source));
            }
        }
    }
}
