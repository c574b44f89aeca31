using System.CommandLine;
using PerfGate.Host.Client;
using PerfGate.Host.Terminal;

namespace PerfGate.Host.Commands;

/// <summary>The command line of <c>perfgate</c>: its commands, and what becomes of what goes wrong in them.</summary>
public static class CommandLine
{
    /// <summary>The result as one JSON document on standard output, nothing else there.</summary>
    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Write the result as JSON to standard output, and nothing else there.",
        Recursive = true,
    };

    /// <summary>The commands.</summary>
    public static RootCommand Create() =>
        new("PerfGate decides by a load test whether a deployment may go out.")
        {
            RunCommand.Create(),
            GateCommand.Create(),
            ReportCommand.Create(),
            BaselinesCommand.Create(),
            StopAllCommand.Create(),
            ImportCommand.Create(),
            ScriptCommand.Create(),
            CheckCommand.Create(),
            ServeCommand.Create(),
            DemoCommand.Create(),
            TokenCommand.Create(),
            MigrateCommand.Create(),
            AuditCommand.Create(),
            CompletionCommand.Create(),
            Json,
        };

    /// <summary>Executes a command line; the exit status is one of <see cref="ExitCodes"/>.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var parsed = Create().Parse(arguments);
        // What a shell asks to complete is no whole command line.
        var completes = arguments is [['[', 's', 'u', 'g', 'g', 'e', 's', 't', ..], ..];
        if (parsed.Errors.Count > 0 && !completes)
        {
            return Mistakes.Tell(parsed);
        }
        using var interruption = new Interruption();
        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            // Signals are taken by the interruption.
            ProcessTerminationTimeout = null,
        };
        try
        {
            return await parsed.InvokeAsync(configuration, interruption.Token);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            return interruption.ExitCode;
        }
        catch (Exception failure)
        {
            return Tell(new Screen(parsed.GetValue(Json)), failure);
        }
    }

    private static int Tell(Screen screen, Exception failure)
    {
        var problem = failure switch
        {
            ApiProblemException { Problem: var told } => told,
            UnusableRequestException { Errors: var errors } => new ApiProblem(
                "The request cannot be used",
                0,
                FormattableString.Invariant($"{errors.Count} of its fields cannot be used:"),
                errors
            ),
            _ => new ApiProblem(failure.Message, 0, null, []),
        };
        var code = failure switch
        {
            UsageException => ExitCodes.Usage,
            UnusableRequestException => ExitCodes.UnusableRequest,
            ApiProblemException when problem.Errors.Count > 0 => ExitCodes.UnusableRequest,
            HttpRequestException
            or ServerGoneException
            or IOException
            or UnauthorizedAccessException
            or InvalidOperationException
            or TimeoutException
            or Npgsql.NpgsqlException => ExitCodes.Error,
            _ => ExitCodes.Surprise,
        };
        if (code == ExitCodes.Surprise)
        {
            Console.Error.WriteLine(failure);
        }
        else
        {
            ProblemView.Show(screen.Notices, Sentence(problem), problem.Errors);
        }
        if (screen.Json)
        {
            Screen.WriteJson(new { exitCode = code, problem });
        }
        return code;
    }

    private static string Sentence(ApiProblem problem) =>
        problem switch
        {
            { Status: 0, Detail: null } => problem.Title,
            { Status: 0 } => $"{problem.Title}. {problem.Detail}",
            _ => FormattableString.Invariant(
                $"The server answered {problem.Status}, {problem.Title}. {problem.Detail}"
            ),
        };
}
