using System.Globalization;

namespace PerfGate.Bench.Fuzz;

/// <summary>What is told at the end.</summary>
internal static class FuzzReport
{
    private const int LongestDetail = 4000;

    /// <summary>A table of Markdown.</summary>
    public static IEnumerable<string> Table(IReadOnlyList<FuzzTally> tallies)
    {
        yield return "| input to | inputs | crashes | answers of 5xx | slowest, ms | most allocated, kB |";
        yield return "| --- | ---: | ---: | ---: | ---: | ---: |";
        foreach (var tally in tallies)
        {
            yield return Line(
                tally.Target,
                tally.Inputs,
                tally.Crashes,
                tally.ServerErrors,
                tally.Slowest,
                tally.MostAllocated
            );
        }
        yield return Line(
            "all",
            tallies.Sum(tally => tally.Inputs),
            tallies.Sum(tally => tally.Crashes),
            tallies.Sum(tally => tally.ServerErrors ?? 0),
            tallies.Max(tally => tally.Slowest),
            tallies.Max(tally => tally.MostAllocated)
        );
    }

    /// <summary>Tells of a fault, and keeps its input where a folder is given: in Base64, as a test takes it.</summary>
    public static async Task TellAsync(FuzzFault fault, string? keep)
    {
        var detail = fault.Detail.Length <= LongestDetail ? fault.Detail : fault.Detail[..LongestDetail];
        await Console.Error.WriteLineAsync(
            FormattableString.Invariant(
                $"{fault.Target}, input {fault.Index} of {fault.Input.Length} bytes: {fault.Kind}\n{detail}\n"
            )
        );
        if (keep is not null)
        {
            Directory.CreateDirectory(keep);
            var name = string.Concat(fault.Target.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-'));
            await File.WriteAllTextAsync(
                Path.Combine(keep, FormattableString.Invariant($"{name}-{fault.Index}.base64")),
                Convert.ToBase64String(fault.Input)
            );
        }
    }

    private static string Line(
        string target,
        long inputs,
        long crashes,
        long? serverErrors,
        TimeSpan slowest,
        long? allocated
    ) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"| {target} | {inputs} | {crashes} | {serverErrors} | {slowest.TotalMilliseconds:0} | {allocated / 1000} |"
        );
}
