using System.CommandLine;
using PerfGate.Core.Requests;
using PerfGate.Host.Client;

namespace PerfGate.Host.Commands;

/// <summary>Arguments that name a baseline: by its id, or as a person says it, <c>load/staging</c>.</summary>
internal static class BaselineName
{
    private const string Allowed = "TYPE/ENVIRONMENT, such as load/staging, or a baseline's id, a UUID";

    /// <summary>The argument; completes to all types and environments.</summary>
    public static Argument<string> Create()
    {
        var argument = new Argument<string>("BASELINE")
        {
            Description = "TYPE/ENVIRONMENT, such as load/staging, or the baseline's id.",
        };
        argument.Validators.Add(result =>
        {
            var text = result.Tokens[0].Value;
            if (!Guid.TryParse(text, out _) && Parse(text) is null)
            {
                result.AddError($"BASELINE is \"{text}\"; it must be {Allowed}.");
            }
        });
        argument.CompletionSources.Add([
            .. from type in Enum.GetValues<TestType>()
            from environment in Enum.GetValues<TargetEnvironment>()
            select $"{EnumText.Lower(type)}/{EnumText.Lower(environment)}",
        ]);
        return argument;
    }

    /// <summary>Its id.</summary>
    /// <exception cref="UsageException">There is no baseline of that type and environment.</exception>
    public static async Task<Guid> FindAsync(string text, GateClient gate, CancellationToken cancellation)
    {
        if (Guid.TryParse(text, out var id))
        {
            return id;
        }
        var wanted = Parse(text);
        var list = await gate.ListBaselinesAsync(cancellation);
        return list.Baselines.FirstOrDefault(each => (each.TestType, each.Environment) == wanted)?.Id
            ?? throw new InvalidOperationException(
                $"There is no baseline of {text} yet. \"perfgate baselines set RUN\" makes a passed run one."
            );
    }

    private static (TestType, TargetEnvironment)? Parse(string text) =>
        text.Split('/') is [var type, var environment]
        && Find<TestType>(type) is { } knownType
        && Find<TargetEnvironment>(environment) is { } knownEnvironment
            ? (knownType, knownEnvironment)
            : null;

    private static T? Find<T>(string word)
        where T : struct, Enum =>
        Enum.GetValues<T>().Where(each => EnumText.Lower(each) == word).Select(each => (T?)each).FirstOrDefault();
}
