using System.CommandLine;
using PerfGate.Host.Client;
using PerfGate.Host.Terminal;

namespace PerfGate.Host.Commands;

/// <summary>Which server a command speaks to: one named by <c>--server</c>, or this machine's.</summary>
public static class ServerChoice
{
    /// <summary>Names the server where <c>--server</c> does not.</summary>
    public const string ServerVariable = "PERFGATE_SERVER";

    /// <summary>Holds the token where <c>--token</c> does not.</summary>
    public const string TokenVariable = "PERFGATE_TOKEN";

    private static readonly Option<Uri?> Server = new("--server")
    {
        Description =
            $"URL of the PerfGate to speak to (or {ServerVariable}). Without it, this machine's: the one that serves --data, else one that is started for as long as the command takes.",
        CustomParser = result => ParseUrl(result.Tokens[0].Value, result.AddError),
    };

    private static readonly Option<string?> Token = new("--token")
    {
        Description = $"Token for --server (or, seen by fewer, {TokenVariable}).",
    };

    /// <summary>Adds its options.</summary>
    public static void AddTo(Command command)
    {
        command.Options.Add(Server);
        command.Options.Add(Token);
        command.Options.Add(ServeCommand.DataFolder);
        command.Options.Add(ServeCommand.Engine);
    }

    /// <summary>Whether the server is somewhere else, with limits of its own.</summary>
    public static bool IsElsewhere(ParseResult parsed) => Named(parsed) is not null;

    /// <summary>Connects to it; starts this machine's where none runs.</summary>
    /// <exception cref="UsageException">There is no token for the server named, or its URL is none.</exception>
    public static async Task<ServerConnection> ConnectAsync(
        ParseResult parsed,
        Screen screen,
        CancellationToken cancellation
    )
    {
        if (Named(parsed) is { } server)
        {
            var token = parsed.GetValue(Token) ?? Environment.GetEnvironmentVariable(TokenVariable);
            return string.IsNullOrWhiteSpace(token)
                ? throw new UsageException(
                    $"{server} wants a token: give --token, or put it in {TokenVariable}. \"perfgate token\" makes one where that server runs."
                )
                : ServerConnection.To(server, token.Trim());
        }
        var folder = Path.GetFullPath(parsed.GetValue(ServeCommand.DataFolder)!);
        var connection = await ServerConnection.OfFolderAsync(
            folder,
            parsed.GetValue(ServeCommand.Engine)!,
            Environment.UserName,
            cancellation
        );
        screen.Notice(
            connection.IsOwn
                ? $"PerfGate runs in this process, over {folder}"
                : $"PerfGate at {connection.Gate.Server} serves {folder}"
        );
        return connection;
    }

    private static Uri? Named(ParseResult parsed)
    {
        if (parsed.GetValue(Server) is { } given)
        {
            return given;
        }
        var variable = Environment.GetEnvironmentVariable(ServerVariable);
        return string.IsNullOrWhiteSpace(variable)
            ? null
            : ParseUrl(
                variable.Trim(),
                problem =>
                    throw new UsageException(problem.Replace("--server", ServerVariable, StringComparison.Ordinal))
            );
    }

    private static Uri? ParseUrl(string text, Action<string> refuse)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
        {
            return url;
        }
        refuse($"--server is \"{text}\"; it must be an http or https URL, such as https://perfgate.example.com.");
        return null;
    }
}
