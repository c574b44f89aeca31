using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Npgsql;
using PerfGate.Adapters.Http;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Host.Terminal;

namespace PerfGate.Host.Commands;

/// <summary><c>perfgate audit</c>: proves the chain of the audit trail, and exports it.</summary>
public static class AuditCommand
{
    private static readonly Option<string?> Connection = new("--connection")
    {
        Description = "Connection string of the database; without it, the private one in --data.",
    };

    private static readonly Option<string?> FromFile = new("--from-file")
    {
        Description = "Verify this export instead of a database.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> ExpectHead = new("--expect-head")
    {
        Description = "Hash of a row that was the last once: it must still be in the chain.",
        HelpName = "HASH",
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        ExpectHead.Validators.Add(result =>
        {
            if (result.GetValue(ExpectHead) is { } text && !(text.Length == 64 && text.All(char.IsAsciiHexDigit)))
            {
                result.AddError(
                    $"--expect-head is \"{text}\"; it must be 64 hexadecimal digits, as verify prints them."
                );
            }
        });
        var verify = new Command("verify", "Follow the chain of the audit trail to its end, or to where it is broken.")
        {
            Connection,
            ServeCommand.PostgresAuthentication,
            ServeCommand.DataFolder,
            FromFile,
            ExpectHead,
        };
        verify.SetAction(VerifyAsync);
        var export = new Command("export", "Write the audit trail as NDJSON, the oldest row first.")
        {
            Connection,
            ServeCommand.PostgresAuthentication,
            ServeCommand.DataFolder,
            OutputFile.Option,
        };
        export.SetAction(ExportAsync);
        return new Command("audit", "Prove and export the audit trail.") { verify, export };
    }

    private static async Task<int> VerifyAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var expected = parsed.GetValue(ExpectHead)?.ToLowerInvariant();
        AuditProof proof;
        if (parsed.GetValue(FromFile) is { } file)
        {
            proof = await AuditChain.VerifyAsync(ReadAsync(file, cancellation), expected, cancellation);
        }
        else
        {
            await using var database = await DatabaseChoice.OpenAsync(parsed, Connection, cancellation);
            proof = await AuditChain.VerifyAsync(RowsOf(database.Source, cancellation), expected, cancellation);
        }
        var isWhole = proof.Break is null && proof.HasExpected != false;
        new Screen(parsed.GetValue(CommandLine.Json)).Result(
            new
            {
                whole = isWhole,
                proof.Rows,
                proof.Head,
                proof.Break,
                proof.HasExpected,
            },
            _ => Show(proof, expected)
        );
        return isWhole ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static void Show(AuditProof proof, string? expected)
    {
        var count = proof.Rows.ToString(CultureInfo.InvariantCulture);
        if (proof.Break is { } broken)
        {
            Console.Out.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The chain is broken at position {broken.Position} ({EnumText.Lower(broken.Kind)}): {broken.Explanation}"
                )
            );
            Console.Out.WriteLine($"Up to there it is whole: {count} rows, head {proof.Head}");
            return;
        }
        if (proof.HasExpected == false)
        {
            Console.Out.WriteLine(
                $"Rows are gone from its end, or it was written anew: no row has the hash {expected}."
            );
        }
        Console.Out.WriteLine($"The chain is whole: {count} rows, head {proof.Head}");
    }

    private static async Task<int> ExportAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var screen = new Screen(parsed.GetValue(CommandLine.Json));
        var path = parsed.GetValue(OutputFile.Option) is { } file
            ? ReportFiles.Prepare(file, OutputFile.Option.Name)
            : null;
        if (path is null && screen.Json)
        {
            throw new UsageException("--json wants a file for the rows: give --output.");
        }
        await using var database = await DatabaseChoice.OpenAsync(parsed, Connection, cancellation);
        var rows = RowsOf(database.Source, cancellation);
        await using (var body = path is null ? Console.OpenStandardOutput() : File.Create(path))
        {
            await AuditEndpoint.WriteAsync(rows, body, cancellation);
        }
        if (path is not null)
        {
            screen.Result(new { file = path }, _ => screen.Notice($"Written: {path}"));
        }
        return ExitCodes.Ok;
    }

    private static async IAsyncEnumerable<AuditRow> RowsOf(
        NpgsqlDataSource database,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await using var rows = new AuditPages(database)
            .StreamAsync(new AuditFilter(), cancellation)
            .GetAsyncEnumerator(cancellation);
        while (true)
        {
            try
            {
                if (!await rows.MoveNextAsync())
                {
                    break;
                }
            }
            catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.UndefinedTable)
            {
                throw new InvalidOperationException(
                    "The database has no audit trail: its schema is older. \"perfgate migrate\" brings it to the newest."
                );
            }
            yield return rows.Current;
        }
    }

    private static async IAsyncEnumerable<AuditRow> ReadAsync(
        string file,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        if (!File.Exists(file))
        {
            throw new UsageException($"--from-file is \"{file}\", which is not there.");
        }
        using var reader = new StreamReader(file);
        for (var line = 1L; await reader.ReadLineAsync(cancellation) is { } text; line++)
        {
            AuditRow? row;
            try
            {
                row = JsonSerializer.Deserialize<AuditRow>(text, RunJson.Options);
            }
            catch (JsonException)
            {
                row = null;
            }
            yield return row
                ?? throw new UsageException(
                    string.Create(CultureInfo.InvariantCulture, $"Line {line} of {file} is no row of an audit trail.")
                );
        }
    }
}
