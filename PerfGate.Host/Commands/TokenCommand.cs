using System.CommandLine;
using PerfGate.Host.Server;

namespace PerfGate.Host.Commands;

/// <summary><c>perfgate token</c>: prints a token for this machine's server.</summary>
public static class TokenCommand
{
    private static readonly Option<string> Subject = new("--subject")
    {
        Description = "Who the token is for; appears as the requester of runs.",
        DefaultValueFactory = _ => Environment.UserName,
    };

    private static readonly Option<string> Role = new("--role")
    {
        Description = "What its bearer may do.",
        DefaultValueFactory = _ => "Engineer",
    };

    private static readonly Option<int> Hours = new("--hours")
    {
        Description = "How long it holds, 1 to 8760 hours.",
        DefaultValueFactory = _ => 8,
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Role.AcceptOnlyFromAmong("Viewer", "Engineer", "Admin");
        Hours.Validators.Add(result =>
        {
            if (result.GetValue(Hours) is < 1 or > 8760)
            {
                result.AddError("--hours must be from 1 to 8760.");
            }
        });
        var command = new Command("token", "Print a token for the server of this folder.")
        {
            Subject,
            Role,
            Hours,
            ServeCommand.DataFolder,
        };
        command.SetAction(
            async (parsed, cancellation) =>
            {
                var key = await LocalSigningKey.LoadOrCreateAsync(
                    Path.GetFullPath(parsed.GetValue(ServeCommand.DataFolder)!),
                    TimeProvider.System,
                    cancellation
                );
                Console.WriteLine(
                    key.IssueToken(
                        parsed.GetValue(Subject)!,
                        parsed.GetValue(Role)!,
                        TimeSpan.FromHours(parsed.GetValue(Hours))
                    )
                );
                return 0;
            }
        );
        return command;
    }
}
