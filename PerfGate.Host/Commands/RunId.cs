using System.CommandLine;

namespace PerfGate.Host.Commands;

/// <summary>Arguments that name a run.</summary>
internal static class RunId
{
    /// <summary>The <c>testId</c> that <c>execute</c> answered.</summary>
    public static Argument<Guid> Create(string name = "ID") =>
        new(name)
        {
            Description = "The testId of a run.",
            CustomParser = result =>
            {
                if (Guid.TryParse(result.Tokens[0].Value, out var id))
                {
                    return id;
                }
                result.AddError($"{name} is \"{result.Tokens[0].Value}\"; it must be the testId of a run, a UUID.");
                return default;
            },
        };
}
