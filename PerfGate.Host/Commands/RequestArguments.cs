using System.CommandLine;
using System.Text.Json.Nodes;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;

namespace PerfGate.Host.Commands;

/// <summary>
/// A request as it is given on a command line: a JSON file shaped like the body of <c>execute</c>, options, or a file with
/// options that override it.
/// </summary>
public static class RequestArguments
{
    private static readonly Argument<string?> RequestFile = new("FILE")
    {
        Description =
            "The request as JSON, shaped like the body of POST /api/performance/tests/execute; - is standard input.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> RequestOption = new("--request")
    {
        Description = "The request as JSON, shaped like the body of execute: what to judge by.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> Type = Choice(
        "--type",
        "Shape of the load (default: load).",
        Names<TestType>()
    );
    private static readonly Option<string?> EnvironmentName = Choice(
        "--environment",
        "Where the target is (default: staging).",
        Names<TargetEnvironment>()
    );
    private static readonly Option<string?> ConfirmEnvironment = Choice(
        "--confirm-environment",
        "The same once more, which a load on production needs.",
        Names<TargetEnvironment>()
    );
    private static readonly Option<string?> BaseUrl = new("--base-url")
    {
        Description = "Root of the target.",
        HelpName = "URL",
    };
    private static readonly Option<string?> Duration = new("--duration")
    {
        Description = "Length of the load: 90s, 2m, or a number of seconds.",
        HelpName = "DURATION",
    };
    private static readonly Option<int?> Vus = OptionForms.Number<int>(
        "--vus",
        "Virtual users (closed model).",
        "a whole number"
    );
    private static readonly Option<double?> ArrivalRate = OptionForms.Number<double>(
        "--arrival-rate",
        "Iterations started a second (open model).",
        "a number"
    );
    private static readonly Option<string[]> Stages = Form(
        "--stage",
        "DURATION:TARGET",
        "One leg of the load, such as 30s:10; may be repeated."
    );
    private static readonly Option<string[]> Scenarios = Form(
        "--scenario",
        "NAME[=WEIGHT]",
        "A built-in scenario and its share of the load, such as photoGallery=3; may be repeated."
    );
    private static readonly Option<string[]> Tags = Form(
        "--tag",
        "NAME=VALUE",
        "A tag on every sample; may be repeated."
    );

    private static readonly Option<double?> MaxAvg = Bound("--max-avg", "Highest average response time, ms.");
    private static readonly Option<double?> MaxP95 = Bound(
        "--max-p95",
        "Highest 95th percentile of response times, ms."
    );
    private static readonly Option<double?> MaxErrorRate = Bound(
        "--max-error-rate",
        "Highest share of failed requests, 0 to 1."
    );
    private static readonly Option<double?> MinThroughput = Bound("--min-throughput", "Lowest requests a second.");
    private static readonly Option<string[]> K6Thresholds = Form(
        "--k6-threshold",
        "METRIC:EXPRESSION",
        "A k6 threshold, such as \"http_req_duration{scenario:clientForm}:p(99)<500\"; may be repeated."
    );

    /// <summary>Adds the argument and the options.</summary>
    public static void AddTo(Command command)
    {
        command.Arguments.Add(RequestFile);
        Mistakes.RefuseOptionsAs(RequestFile, command);
        AddOptionsTo(command);
    }

    /// <summary>Adds the options, and one for the file: for a command whose arguments are something else.</summary>
    public static void AddAsOptionsTo(Command command)
    {
        command.Options.Add(RequestOption);
        AddOptionsTo(command);
    }

    private static void AddOptionsTo(Command command)
    {
        Option[] options =
        [
            Type,
            EnvironmentName,
            ConfirmEnvironment,
            BaseUrl,
            Duration,
            Vus,
            ArrivalRate,
            Stages,
            Scenarios,
            Tags,
            MaxAvg,
            MaxP95,
            MaxErrorRate,
            MinThroughput,
            K6Thresholds,
        ];
        foreach (var option in options)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The body to send.</summary>
    /// <exception cref="UsageException">The file cannot be read.</exception>
    /// <exception cref="UnusableRequestException">The file is no JSON, and there are options that change it.</exception>
    public static async Task<byte[]> ReadAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var file = parsed.GetValue(RequestFile) ?? parsed.GetValue(RequestOption);
        var given = file is null ? null : await ReadFileAsync(file, cancellation);
        var changes = Changes(parsed);
        if (given is not null && changes.IsEmpty)
        {
            return given;
        }
        return changes.ApplyTo(given);
    }

    /// <summary>The request, held against this machine's limits.</summary>
    /// <exception cref="UnusableRequestException">It cannot be used.</exception>
    public static RunRequest Validate(byte[] body, Limits limits)
    {
        var read = RequestReader.Read(body, limits);
        return read.Value ?? throw new UnusableRequestException(read.Errors);
    }

    private static RequestChanges Changes(ParseResult parsed) =>
        new()
        {
            TestType = parsed.GetValue(Type),
            Environment = parsed.GetValue(EnvironmentName),
            ConfirmEnvironment = parsed.GetValue(ConfirmEnvironment),
            BaseUrl = parsed.GetValue(BaseUrl),
            Duration = parsed.GetValue(Duration),
            Vus = parsed.GetValue(Vus),
            ArrivalRate = parsed.GetValue(ArrivalRate),
            Stages = parsed.GetValue(Stages) ?? [],
            Scenarios = parsed.GetValue(Scenarios) ?? [],
            Tags = parsed.GetValue(Tags) ?? [],
            Thresholds = new JsonObject
            {
                ["maxAvgResponseTime"] = parsed.GetValue(MaxAvg),
                ["maxP95ResponseTime"] = parsed.GetValue(MaxP95),
                ["maxErrorRate"] = parsed.GetValue(MaxErrorRate),
                ["minThroughput"] = parsed.GetValue(MinThroughput),
            },
            K6Thresholds = parsed.GetValue(K6Thresholds) ?? [],
        };

    private static async Task<byte[]> ReadFileAsync(string file, CancellationToken cancellation)
    {
        try
        {
            if (file != "-")
            {
                return await File.ReadAllBytesAsync(file, cancellation);
            }
            using var whole = new MemoryStream();
            await using var input = Console.OpenStandardInput();
            await input.CopyToAsync(whole, cancellation);
            return whole.ToArray();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The request cannot be read: {unreadable.Message}");
        }
    }

    private static string[] Names<T>()
        where T : struct, Enum => [.. Enum.GetValues<T>().Select(EnumText.Lower)];

    private static Option<string?> Choice(string name, string description, string[] names)
    {
        var option = new Option<string?>(name) { Description = description };
        OptionForms.MustBeOneOf(option, names);
        return option;
    }

    private static Option<double?> Bound(string name, string description) =>
        OptionForms.Number<double>(name, description, "a number");

    /// <summary>A repeatable option of two parts; that they are two is seen here, what they may be by the reader of requests.</summary>
    private static Option<string[]> Form(string name, string form, string description)
    {
        var option = new Option<string[]>(name) { Description = description, HelpName = form };
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !RequestChanges.HasForm(form, token.Value)))
            {
                result.AddError($"{name} is \"{token.Value}\"; it must be {form}.");
            }
        });
        return option;
    }
}
