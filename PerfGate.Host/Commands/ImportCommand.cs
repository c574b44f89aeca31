using System.CommandLine;
using System.Globalization;
using System.Net.Http.Headers;
using PerfGate.Adapters.Http;
using PerfGate.Host.Client;
using PerfGate.Host.Terminal;

namespace PerfGate.Host.Commands;

/// <summary><c>perfgate import</c>: judges output of k6 that was made elsewhere, by the same rules as a run.</summary>
public static class ImportCommand
{
    private const int MostTries = 4;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(5);

    private static readonly Argument<string[]> Outputs = new("OUTPUT")
    {
        Description =
            "Files of k6's --out csv or --out json, plain or gzip, one for each segment of the run; - is standard input.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string[]> Summaries = new("--summary")
    {
        Description =
            "k6's summary: --summary-export, the data of handleSummary, or the machine-readable one; one for each output, or alone.",
        HelpName = "FILE",
    };

    private static readonly Option<int?> K6ExitCode = OptionForms.Number<int>(
        "--k6-exit-code",
        "The exit status k6 ended with.",
        "a whole number from 0 to 255",
        code => code is >= 0 and <= 255
    );

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command(
            "import",
            "Judge k6 output that was made elsewhere; the verdict is the exit code. Nothing is stored where anything cannot be read."
        )
        {
            Outputs,
            Summaries,
            K6ExitCode,
        };
        Mistakes.RefuseOptionsAs(Outputs, command);
        RequestArguments.AddAsOptionsTo(command);
        ServerChoice.AddTo(command);
        ReportFiles.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(Outputs) is not { Tokens.Count: > 0 } && result.GetResult(Summaries) is null)
            {
                result.AddError("import wants an OUTPUT of k6, or a --summary, or both.");
            }
        });
        command.SetAction(ImportAsync);
        return command;
    }

    private static async Task<int> ImportAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var screen = new Screen(parsed.GetValue(CommandLine.Json));
        var request = await RequestArguments.ReadAsync(parsed, cancellation);
        var files = ReportFiles.Of(parsed);
        // Opened before a server is sought: what cannot be read is said at once.
        var form = Form(parsed, request);
        await using var server = await ServerChoice.ConnectAsync(parsed, screen, cancellation);
        var gate = await SendAsync(server.Gate, form, () => Form(parsed, request), parsed, screen, cancellation);
        screen.Result(gate, console => new VerdictView(console).Show(gate));
        var follower = new RunFollower(
            server.Gate,
            TimeProvider.System,
            RunFollower.DefaultPatience,
            reason => screen.Warn($"No answer from the server, trying again: {reason}")
        );
        await files.WriteAsync(server.Gate, follower, gate.TestId, screen, cancellation);
        return gate.ExitCode ?? ExitCodes.Error;
    }

    /// <summary>
    /// With the same key the same is stored once, so that it is sent again where no answer came; not from standard input, which is
    /// read once.
    /// </summary>
    private static async Task<GateView> SendAsync(
        GateClient gate,
        MultipartFormDataContent form,
        Func<MultipartFormDataContent> again,
        ParseResult parsed,
        Screen screen,
        CancellationToken cancellation
    )
    {
        var key = Guid.NewGuid().ToString();
        var isOnce = (parsed.GetValue(Outputs) ?? []).Concat(parsed.GetValue(Summaries) ?? []).Contains("-");
        for (var tries = 1; ; tries++)
        {
            try
            {
                using (form)
                {
                    return await gate.ImportAsync(form, cancellation, key);
                }
            }
            catch (HttpRequestException failed)
                when (!isOnce && tries < MostTries && failed is not ApiProblemException { Problem.IsPassing: false })
            {
                screen.Warn($"No answer from the server, trying again: {failed.Message}");
                await Task.Delay(BetweenTries, TimeProvider.System, cancellation);
                form = again();
            }
        }
    }

    /// <summary>The parts, read as they are sent: a file may be larger than memory.</summary>
    private static MultipartFormDataContent Form(ParseResult parsed, byte[] request)
    {
        var form = new MultipartFormDataContent();
        try
        {
            var json = new ByteArrayContent(request);
            json.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            form.Add(json, "request");
            foreach (var summary in parsed.GetValue(Summaries) ?? [])
            {
                form.Add(Open(summary, Summaries.Name), "summary");
            }
            if (parsed.GetValue(K6ExitCode) is { } code)
            {
                form.Add(new StringContent(code.ToString(CultureInfo.InvariantCulture)), "exitCode");
            }
            foreach (var output in parsed.GetValue(Outputs) ?? [])
            {
                form.Add(Open(output, Outputs.Name), "output");
            }
            return form;
        }
        catch
        {
            form.Dispose();
            throw;
        }
    }

    private static StreamContent Open(string path, string name)
    {
        try
        {
            return new StreamContent(path == "-" ? Console.OpenStandardInput() : File.OpenRead(path), 128 * 1024);
        }
        catch (Exception unreadable)
            when (unreadable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException
            )
        {
            throw new UsageException($"{name} is \"{path}\", which cannot be read: {unreadable.Message}");
        }
    }
}
