using System.CommandLine;
using PerfGate.Adapters.Http;
using PerfGate.Core.Admission;
using PerfGate.Host.Terminal;

namespace PerfGate.Host.Commands;

/// <summary><c>perfgate token</c>: prints a token for this machine's server.</summary>
public static class TokenCommand
{
    private static readonly Option<string> Subject = new("--subject")
    {
        Description = "Who the token is for; appears as the requester of runs.",
        DefaultValueFactory = _ => Environment.UserName,
    };

    private static readonly Option<string> RoleOption = new("--role")
    {
        Description = "What its bearer may do.",
        DefaultValueFactory = _ => "Engineer",
    };

    private static readonly Option<string> Lifetime = new("--lifetime")
    {
        Description = "How long it holds, 1m to 1000h.",
        DefaultValueFactory = _ => "8h",
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        OptionForms.MustBeOneOf(RoleOption, "Viewer", "Engineer", "Admin");
        OptionForms.MustBeDuration(Lifetime, TimeSpan.FromMinutes(1), TimeSpan.FromHours(1000));
        var command = new Command("token", "Print a token for the server of this folder.")
        {
            Subject,
            RoleOption,
            Lifetime,
            ServeCommand.DataFolder,
        };
        command.SetAction(PrintAsync);
        return command;
    }

    private static async Task<int> PrintAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var (subject, role) = (parsed.GetValue(Subject)!, parsed.GetValue(RoleOption)!);
        var lifetime = OptionForms.Duration(parsed, Lifetime);
        var time = TimeProvider.System;
        var key = await LocalSigningKey.LoadOrCreateAsync(
            Path.GetFullPath(parsed.GetValue(ServeCommand.DataFolder)!),
            time,
            cancellation
        );
        var token = key.IssueToken(subject, Enum.Parse<Role>(role), lifetime);
        new Screen(parsed.GetValue(CommandLine.Json)).Result(
            new
            {
                token,
                subject,
                role,
                expiresAt = time.GetUtcNow() + lifetime,
            },
            _ => Console.Out.WriteLine(token)
        );
        return ExitCodes.Ok;
    }
}
