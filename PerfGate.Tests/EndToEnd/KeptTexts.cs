using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;
using PerfGate.Tests.Faults;

namespace PerfGate.Tests.EndToEnd;

/// <summary>Everything that is left of a run anywhere, as text: tables, artifacts, answers, logs, each by its name.</summary>
internal static partial class KeptTexts
{
    private static readonly string[] Answers =
    [
        "runs/{0}",
        "runs/{0}/gate",
        "runs/{0}/script",
        "runs/{0}/log",
        "runs/{0}/series",
        "runs/{0}/events",
        "runs/{0}/report?format=html",
        "runs/{0}/report?format=markdown",
        "runs/{0}/report?format=junit",
        "runs",
        "tests",
        "audit",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>All there is; without a run, what there is of none; of a run without a runner no script and no log.</summary>
    public static async Task<IReadOnlyList<(string Where, string Text)>> ReadAsync(
        HostProcess host,
        string database,
        Guid? run,
        bool hadRunner = true
    )
    {
        var kept = new List<(string, string)> { ("log of the host", host.Errors) };
        await foreach (var row in RowsAsync(database))
        {
            kept.Add(row);
        }
        // Made with the first run.
        var artifacts = new DirectoryInfo(host.Artifacts);
        foreach (var file in artifacts.Exists ? artifacts.GetFiles("*", SearchOption.AllDirectories) : [])
        {
            kept.Add((file.Name, Readable(await File.ReadAllBytesAsync(file.FullName, Cancellation))));
        }
        foreach (
            var answer in Answers.Where(answer =>
                (run is not null || !answer.Contains("{0}", StringComparison.Ordinal))
                && (hadRunner || answer is not ("runs/{0}/script" or "runs/{0}/log"))
            )
        )
        {
            var path = string.Format(null, answer, run);
            kept.Add((path, await host.Gate.GetTextAsync(path, Cancellation)));
        }
        return kept;
    }

    /// <summary>Every row of every table; bytes as the text they hold.</summary>
    private static async IAsyncEnumerable<(string Where, string Text)> RowsAsync(string connection)
    {
        await using var database = NpgsqlDataSource.Create(connection);
        await using var list = database.CreateCommand(
            "SELECT schemaname || '.' || tablename, format('SELECT t::text FROM %I.%I t', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        );
        var tables = new List<(string Name, string Query)>();
        await using (var row = await list.ExecuteReaderAsync(Cancellation))
        {
            while (await row.ReadAsync(Cancellation))
            {
                tables.Add((row.GetString(0), row.GetString(1)));
            }
        }
        foreach (var (name, query) in tables)
        {
            await using var read = database.CreateCommand(query);
            await using var row = await read.ExecuteReaderAsync(Cancellation);
            while (await row.ReadAsync(Cancellation))
            {
                var text = row.GetString(0);
                yield return (name, text);
                foreach (Match bytes in Bytes().Matches(text))
                {
                    yield return (name, Readable(Convert.FromHexString(bytes.Groups[1].Value)));
                }
            }
        }
    }

    private static string Readable(byte[] bytes)
    {
        if (bytes is not [0x1f, 0x8b, ..])
        {
            return Encoding.UTF8.GetString(bytes);
        }
        using var unzipped = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var reader = new StreamReader(unzipped);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"\\x((?:[0-9a-f]{2}){4,})", RegexOptions.CultureInvariant)]
    private static partial Regex Bytes();
}
