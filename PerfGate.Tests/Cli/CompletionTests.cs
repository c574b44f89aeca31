using System.Diagnostics;

namespace PerfGate.Tests.Cli;

/// <summary>The completion scripts in the shells that they are for, each that is there.</summary>
public sealed class CompletionTests : IDisposable
{
    // As each shell is when Tab is pressed after "perfgate ba".
    private const string InBash = """
        source <(perfgate completion bash)
        complete -p perfgate
        COMP_LINE='perfgate ba' COMP_POINT=11 COMP_WORDS=(perfgate ba) COMP_CWORD=1
        _perfgate
        printf '%s\n' "${COMPREPLY[@]}"
        """;

    private const string InZsh = """
        autoload -Uz compinit && compinit -D -u
        source <(perfgate completion zsh)
        print -- "${_comps[perfgate]}"
        compadd() { shift; print -l -- "$@" }
        BUFFER='perfgate ba' CURSOR=11
        _perfgate
        """;

    private const string InPwsh = """
        perfgate completion pwsh | Out-String | Invoke-Expression
        '_perfgate'
        (TabExpansion2 -inputScript 'perfgate ba' -cursorColumn 11).CompletionMatches.CompletionText
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("perfgate-completion-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("bash", InBash, "--norc", "-c")]
    [InlineData("zsh", InZsh, "-f", "-c")]
    [InlineData("pwsh", InPwsh, "-NoProfile", "-Command")]
    public async Task A_shell_that_has_sourced_its_script_completes_a_command(
        string shell,
        string script,
        params string[] options
    )
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "perfgate is put on PATH as a shell script here");
        Assert.SkipUnless(IsOnPath(shell), $"no {shell} on PATH");
        var perfgate = Path.Combine(_folder.FullName, "perfgate");
        await File.WriteAllTextAsync(
            perfgate,
            $"#!/bin/sh\nexec dotnet '{PerfGateProcess.Program}' \"$@\"\n",
            TestContext.Current.CancellationToken
        );
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(perfgate, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        var start = new ProcessStartInfo(shell, [.. options, script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.FullName,
        };
        start.Environment["PATH"] = $"{_folder.FullName}:{start.Environment["PATH"]}";

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.True(lines.Length == 2, $"{output}\n{await errors}");
        Assert.Contains("_perfgate", lines[0], StringComparison.Ordinal);
        Assert.Equal("baselines", lines[1]);
    }

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Any(folder => File.Exists(Path.Combine(folder, program)));
}
