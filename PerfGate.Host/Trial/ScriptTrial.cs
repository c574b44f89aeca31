using System.Text.Json;
using PerfGate.Core.K6Output;
using PerfGate.Core.Metrics;

namespace PerfGate.Host.Trial;

/// <summary>What a script needs, as the engine's <c>inspect</c> tells it.</summary>
/// <param name="MaxVus">Most virtual users at once; null where the script was refused.</param>
/// <param name="Problems">Why the script was refused; empty where it was not.</param>
public sealed record TrialNeeds(int? MaxVus, IReadOnlyList<string> Problems);

/// <summary>One iteration of every scenario.</summary>
/// <param name="Iterations">Iterations that came to their end.</param>
/// <param name="Requests">Requests sent.</param>
/// <param name="FailedRequests">Those that failed.</param>
/// <param name="Checks">The script's checks.</param>
/// <param name="Problems">What went wrong; empty where nothing did.</param>
public sealed record TrialIteration(
    long Iterations,
    long Requests,
    long FailedRequests,
    IReadOnlyList<CheckCount> Checks,
    IReadOnlyList<string> Problems
);

/// <summary>Tries a script with a load engine, in a folder of its own that goes away again.</summary>
public sealed class ScriptTrial : IDisposable
{
    // The options are the script's own object until the engine reads them, after all of the script has been executed.
    private const string OneIteration = """

        // ---- one iteration of every scenario instead of the load
        for (const name of Object.keys(options.scenarios)) {
          const { exec, tags, env } = options.scenarios[name];
          options.scenarios[name] = {
            executor: 'per-vu-iterations', vus: 1, iterations: 1, maxDuration: '60s', gracefulStop: '0s',
            ...(exec ? { exec } : {}), ...(tags ? { tags } : {}), ...(env ? { env } : {}),
          };
        }
        options.thresholds = {};

        """;

    private const int MostProblems = 10;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("perfgate-check-");
    private readonly EngineTry _engine;

    /// <summary>Tries a script with <c>auto</c>, <c>k6</c>, <c>embedded</c> or the k6 at a path.</summary>
    public ScriptTrial(string engine, string script)
    {
        _engine = new EngineTry(engine, _folder.FullName);
        File.WriteAllText(Path.Combine(_folder.FullName, "script.js"), script);
        File.WriteAllText(Path.Combine(_folder.FullName, "once.js"), script + OneIteration);
    }

    /// <summary>Name and version of the engine, once it was asked something.</summary>
    public string Engine { get; private set; } = "";

    /// <summary>Executes the script's init code, and asks what the load would need.</summary>
    /// <exception cref="InvalidOperationException">There is no such engine.</exception>
    public async Task<TrialNeeds> InspectAsync(CancellationToken cancellation)
    {
        Engine = (await _engine.RunAsync(["version"], cancellation)).Output.Split('\n')[0].Trim();
        var ran = await _engine.RunAsync(["inspect", "--execution-requirements", "script.js"], cancellation);
        if (ran.ExitCode != 0)
        {
            return new TrialNeeds(
                null,
                ran.Errors.Count > 0
                    ? ran.Errors
                    : [FormattableString.Invariant($"the engine refused the script with exit {ran.ExitCode}")]
            );
        }
        using var needs = JsonDocument.Parse(ran.Output);
        return new TrialNeeds(needs.RootElement.GetProperty("maxVUs").GetInt32(), []);
    }

    /// <summary>Runs one iteration of every scenario against the target.</summary>
    /// <exception cref="InvalidOperationException">There is no such engine.</exception>
    public async Task<TrialIteration> IterateAsync(CancellationToken cancellation)
    {
        string[] run =
        [
            "run",
            "--quiet",
            "--no-color",
            "--no-usage-report",
            "--address=",
            "--summary-export",
            "summary.json",
            "once.js",
        ];
        var ran = await _engine.RunAsync(run, cancellation);
        var file = Path.Combine(_folder.FullName, "summary.json");
        var problems = ran.Errors.Distinct().Take(MostProblems).ToList();
        if (
            !File.Exists(file)
            || !SummaryReader.TryRead(await File.ReadAllBytesAsync(file, cancellation), out var summary, out _)
        )
        {
            problems.Add(
                FormattableString.Invariant($"the engine ended with exit {ran.ExitCode} and measured nothing")
            );
            return new TrialIteration(0, 0, 0, [], problems);
        }
        var failed = (long)(summary.Value("http_req_failed", "passes") ?? 0);
        if (failed > 0)
        {
            problems.Add(FormattableString.Invariant($"requests failed: {failed}"));
        }
        problems.AddRange(
            summary.Checks.Where(check => check.Fails > 0).Select(check => $"check failed: {check.Name}")
        );
        if (ran.ExitCode != 0)
        {
            problems.Add(FormattableString.Invariant($"the engine ended with exit {ran.ExitCode}"));
        }
        return new TrialIteration(
            (long)(summary.Value("iterations", "count") ?? 0),
            (long)(summary.Value("http_reqs", "count") ?? 0),
            failed,
            summary.Checks,
            problems
        );
    }

    /// <inheritdoc />
    public void Dispose() => _folder.Delete(recursive: true);
}
