using System.CommandLine;
using PerfGate.Host.Terminal;

namespace PerfGate.Host.Commands;

/// <summary><c>perfgate completion</c>: the script by which a shell completes command lines of perfgate.</summary>
public static class CompletionCommand
{
    // Each asks perfgate itself, by its suggest directive, and so knows every command and option there is.
    private const string Bash = """
        # perfgate completion bash: put  source <(perfgate completion bash)  into ~/.bashrc
        _perfgate() {
          local IFS=$'\n' word="${COMP_WORDS[COMP_CWORD]}"
          COMPREPLY=($(compgen -W "$(perfgate "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "$word"))
        }
        complete -o default -F _perfgate perfgate

        """;

    private const string Zsh = """
        # perfgate completion zsh: put  source <(perfgate completion zsh)  into ~/.zshrc, after compinit
        _perfgate() {
          local -a words_found
          words_found=("${(@f)$(perfgate "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
          if (( ${#words_found[1]} )); then compadd -- "${words_found[@]}"; else _files; fi
        }
        compdef _perfgate perfgate

        """;

    private const string Pwsh = """
        # perfgate completion pwsh: put  perfgate completion pwsh | Out-String | Invoke-Expression  into $PROFILE
        Register-ArgumentCompleter -Native -CommandName perfgate -ScriptBlock {
          param($word, $line, $position)
          perfgate "[suggest:$position]" "$line" 2>$null | Where-Object { $_ -like "$word*" } | ForEach-Object {
            [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
          }
        }

        """;

    private static readonly Dictionary<string, string> Scripts = new()
    {
        ["bash"] = Bash,
        ["zsh"] = Zsh,
        ["pwsh"] = Pwsh,
    };

    private static readonly Argument<string> Shell = new("SHELL") { Description = "bash, zsh or pwsh." };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Shell.CompletionSources.Add([.. Scripts.Keys]);
        Shell.Validators.Add(result =>
        {
            if (!Scripts.ContainsKey(result.Tokens[0].Value))
            {
                result.AddError(
                    $"SHELL is \"{result.Tokens[0].Value}\"; it must be one of {string.Join(", ", Scripts.Keys)}."
                );
            }
        });
        var command = new Command("completion", "Print the script that lets a shell complete perfgate's command lines.")
        {
            Shell,
        };
        command.SetAction(parsed =>
        {
            var shell = parsed.GetValue(Shell)!;
            // The scripts are those of one system, whichever this was built on.
            var script = Scripts[shell].ReplaceLineEndings("\n");
            new Screen(parsed.GetValue(CommandLine.Json)).Result(new { shell, script }, _ => Console.Out.Write(script));
            return ExitCodes.Ok;
        });
        return command;
    }
}
