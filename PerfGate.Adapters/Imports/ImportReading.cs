using System.Globalization;
using PerfGate.Core.Admission;
using PerfGate.Core.K6Output;
using PerfGate.Core.Metrics;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Core.Sensitive;

namespace PerfGate.Adapters.Imports;

/// <summary>What was imported, read.</summary>
/// <param name="Request">What it is to be judged by.</param>
/// <param name="Load">What k6's output tells of the load.</param>
/// <param name="Metrics">What was measured.</param>
internal sealed record ReadImport(RunRequest Request, ImportedLoad Load, RunMetrics Metrics);

/// <summary>
/// Takes the parts of an import as they come, in whatever order, and gathers all that is wrong with them. Samples go by: what is
/// kept of them is a record a second.
/// </summary>
internal sealed class ImportReading(Limits limits, long mostBytes)
{
    /// <summary>Largest summary, bytes.</summary>
    public const int SummaryBytes = 16 * 1024 * 1024;

    /// <summary>Largest summaries together, bytes.</summary>
    public const int AllSummariesBytes = 64 * 1024 * 1024;

    /// <summary>Most segments.</summary>
    public const int MostOutputs = 100;

    /// <summary>Problems after which nothing more is read.</summary>
    public const int MostErrors = 100;

    // A packed output may be so many times as long: k6's own is some twenty to thirty times.
    private const int MostUnpacked = 50;
    private const string Allowed = "k6's --out csv or --out json, plain or gzip, as it was written";
    private const string SummaryAllowed =
        "k6's --summary-export, the data of handleSummary, or the machine-readable summary";

    private readonly RunMetricsBuilder _builder = new();
    private readonly List<OutputEnd> _outputs = [];
    private readonly List<K6Summary> _summaries = [];
    private readonly List<FieldError> _errors = [];
    private RunRequest? _request;
    private bool _hasRequest;
    private bool _hasExitCode;
    private int? _exitCode;
    private long _first = long.MaxValue;
    private long _last;
    private int _outputParts;
    private int _summaryParts;
    private long _summaryBytes;

    /// <summary>Takes a part; false where so much is wrong by now that the rest need not be read.</summary>
    /// <param name="name">Its name in the form.</param>
    /// <param name="body">Its content.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<bool> AddAsync(string name, Stream body, CancellationToken cancellation)
    {
        switch (name)
        {
            case "request":
                await AddRequestAsync(body, cancellation);
                break;
            case "output":
                await AddOutputAsync(body, cancellation);
                break;
            case "summary":
                await AddSummaryAsync(body, cancellation);
                break;
            case "exitCode":
                await AddExitCodeAsync(body, cancellation);
                break;
            default:
                Refuse(
                    name.Length is 0 or > 50 ? "(part)" : FieldPath.Member("", name),
                    "is not a known part",
                    "request, output, summary, exitCode"
                );
                break;
        }
        return _errors.Count < MostErrors;
    }

    /// <summary>What was read, or everything that is wrong with it.</summary>
    public Validated<ReadImport> Finish()
    {
        if (!_hasRequest)
        {
            Refuse("request", "is missing", "a JSON part as execute takes it, baseUrl optional");
        }
        if (_outputParts == 0 && _summaryParts == 0)
        {
            Refuse("output", "is missing, and so is a summary", Allowed);
        }
        if (_summaryParts > Math.Max(_outputParts, 1))
        {
            Refuse(
                "summary",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"is given {_summaryParts} times for {_outputParts} outputs"
                ),
                "one for each output, or one alone"
            );
        }
        if (_errors.Count > 0)
        {
            return Validated<ReadImport>.Refused(_errors);
        }
        var metrics = _outputs.Count > 0 ? Merge() : FromSummary();
        return metrics is null
            ? Validated<ReadImport>.Refused(_errors)
            : Validated<ReadImport>.Ok(
                new ReadImport(_request!, new ImportedLoad(_outputs, _summaries, _exitCode), metrics)
            );
    }

    private RunMetrics? Merge()
    {
        if (_last - _first > SampleReader.MaxSpanSeconds)
        {
            Refuse("output", "the outputs lie more than 31 days apart", "the segments of one run");
            return null;
        }
        return _builder.Build(_summaries, [], _request!.Configuration.Thresholds);
    }

    private RunMetrics? FromSummary()
    {
        if (SummaryMetrics.TryMake(_summaries[0], out var metrics, out var problem))
        {
            return metrics;
        }
        Refuse("summary", $"cannot be judged alone: {problem}", SummaryAllowed);
        return null;
    }

    private async Task AddRequestAsync(Stream body, CancellationToken cancellation)
    {
        if (_hasRequest)
        {
            Refuse("request", "is given more than once", "once");
            return;
        }
        _hasRequest = true;
        // One byte more than may be: the reader says what is too long.
        var json = await ReadAsync(body, limits.RequestBytes + 1, cancellation);
        var read = RequestReader.ReadImported(json, limits);
        _request = read.Value;
        _errors.AddRange(read.Errors);
    }

    private async Task AddOutputAsync(Stream body, CancellationToken cancellation)
    {
        var segment = _outputParts++;
        var field = string.Create(CultureInfo.InvariantCulture, $"output[{segment}]");
        if (segment >= MostOutputs)
        {
            Refuse(
                field,
                "is one too many",
                string.Create(CultureInfo.InvariantCulture, $"up to {MostOutputs} outputs")
            );
            return;
        }
        var end = await OutputReader.ReadAsync(
            body,
            records =>
            {
                foreach (var record in records)
                {
                    (_first, _last) = (Math.Min(_first, record.Second), Math.Max(_last, record.Second));
                    _builder.Add(segment, record);
                }
                return default;
            },
            MostUnpacked * mostBytes,
            cancellation
        );
        _builder.AddTypes(end.MetricTypes);
        _outputs.Add(end);
        if (end.Problem is { } problem)
        {
            Refuse(field, Sentence(problem), Allowed);
        }
    }

    private async Task AddSummaryAsync(Stream body, CancellationToken cancellation)
    {
        var field =
            _summaryParts == 0 ? "summary" : string.Create(CultureInfo.InvariantCulture, $"summary[{_summaryParts}]");
        if (_summaryParts++ >= MostOutputs)
        {
            Refuse(
                field,
                "is one too many",
                string.Create(CultureInfo.InvariantCulture, $"one for each output, up to {MostOutputs}")
            );
            return;
        }
        var most = (int)Math.Min(SummaryBytes, AllSummariesBytes - _summaryBytes);
        if (await SummaryText.ReadAsync(body, most, cancellation) is not { } text)
        {
            Refuse(
                field,
                "is too long, or cannot be unpacked",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"up to {SummaryBytes} bytes, {AllSummariesBytes} of all together, plain or gzip"
                )
            );
            return;
        }
        _summaryBytes += text.Length;
        if (!SummarySecrets.TryStrip(text, out var clean))
        {
            // What cannot be cleaned is not kept, even where it could be read.
            var why = SummaryReader.TryRead(text, out _, out var unread) ? "gives a name twice" : unread;
            Refuse(field, why, SummaryAllowed);
        }
        else if (SummaryReader.TryRead(clean, out var summary, out var problem))
        {
            _summaries.Add(summary);
        }
        else
        {
            Refuse(field, problem, SummaryAllowed);
        }
    }

    private async Task AddExitCodeAsync(Stream body, CancellationToken cancellation)
    {
        if (_hasExitCode)
        {
            Refuse("exitCode", "is given more than once", "once");
            return;
        }
        _hasExitCode = true;
        var text = System.Text.Encoding.UTF8.GetString(await ReadAsync(body, 20, cancellation)).Trim();
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code <= 255)
        {
            _exitCode = code;
        }
        else
        {
            Refuse("exitCode", "is no exit status", "a whole number from 0 to 255");
        }
    }

    /// <summary>The content as far as it is no longer than this.</summary>
    private static async Task<byte[]> ReadAsync(Stream body, int most, CancellationToken cancellation)
    {
        using var bytes = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while (bytes.Length < most && (read = await body.ReadAsync(chunk, cancellation)) > 0)
        {
            bytes.Write(chunk, 0, (int)Math.Min(read, most - bytes.Length));
        }
        return bytes.ToArray();
    }

    private static string Sentence(OutputProblem problem) =>
        problem.Line > 0
            ? string.Create(CultureInfo.InvariantCulture, $"line {problem.Line}: {problem.Problem}")
            : problem.Problem;

    private void Refuse(string field, string problem, string allowed) =>
        _errors.Add(new FieldError(field, SensitiveText.Strip(problem), allowed));
}
