using System.Text.Json;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Schedules;
using PerfGate.Core.Scripts;

namespace PerfGate.Bench.Fuzz;

/// <summary>Bodies of requests, as far as the script of a run.</summary>
internal static class RequestTargets
{
    private static readonly TargetRules Listed = new() { Hosts = ["shop.example", "*.shop.example:8443", "127.0.0.1"] };

    private static readonly RunRequest Stored = RequestReader.Read(Corpora.Requests[3], Limits.Default).Value!;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        Of("request", 8, Corpora.Requests, ReadRequest),
        Of("request of a stored test", 4, [.. Corpora.Overrides, .. Corpora.Requests], ReadExecute),
        Of("definition, configuration", 4, [.. Corpora.Definitions, .. Corpora.Configurations], ReadDefinition),
        Of("schedule", 3, Corpora.Schedules, ReadSchedule),
        Of("emergency stop", 1, Corpora.Reasons, input => Check(StopRequest.Read(input, Limits.Default))),
    ];

    private static FuzzTarget Of(string name, int share, IReadOnlyList<byte[]> corpus, Action<byte[]> read) =>
        new(
            name,
            share,
            FuzzForm.Json,
            corpus,
            (input, _) =>
            {
                read(input);
                return default;
            }
        );

    private static void ReadRequest(byte[] input)
    {
        Check(RequestReader.ReadImported(input, Limits.Default));
        if (Check(RequestReader.Read(input, Limits.Default)) is { } request)
        {
            Use(request);
        }
    }

    private static void ReadExecute(byte[] input)
    {
        switch (Check(ExecuteReader.Read(input, Limits.Default)))
        {
            case ExecuteRequest.Whole whole:
                Use(whole.Request);
                break;
            case ExecuteRequest.OfDefinition wanted
                when Check(ExecuteReader.Merge(Stored, wanted.Overrides, Limits.Default)) is { } merged:
                Use(merged);
                break;
        }
    }

    private static void ReadDefinition(byte[] input)
    {
        if (Check(TestDefinitionReader.Read(input, Limits.Default)) is { } definition)
        {
            Use(definition.Request);
        }
        Check(TestDefinitionReader.ReadConfiguration(input, TestType.Spike, Limits.Default));
    }

    private static void ReadSchedule(byte[] input)
    {
        if (Check(ScheduleReader.Read(input, TestType.Endurance, Limits.Default))?.Schedule is { } schedule)
        {
            schedule.NextAfter(DateTimeOffset.UnixEpoch);
        }
    }

    /// <summary>What was read can be stored, planned and written as a script, whatever it is.</summary>
    private static void Use(RunRequest request)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(request, RunJson.Options);
        var again = JsonSerializer.Deserialize<RunRequest>(json, RunJson.Options)!;
        if (!json.AsSpan().SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(again, RunJson.Options)))
        {
            throw new InvalidOperationException("A request that was stored is read as another.");
        }
        Listed.Problem(request.Configuration, request.Environment);
        K6TestOrchestrator.GenerateK6Script(request, LoadPlanner.Plan(request, Limits.Default));
    }

    private static T? Check<T>(Validated<T> read)
        where T : class
    {
        if (read.Value is null == (read.Errors.Count == 0))
        {
            throw new InvalidOperationException("Neither a value nor what is wrong.");
        }
        // What is wrong is told as JSON.
        JsonSerializer.SerializeToUtf8Bytes(read.Errors, RunJson.Options);
        return read.Value;
    }
}
