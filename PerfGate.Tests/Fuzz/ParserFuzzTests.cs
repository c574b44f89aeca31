using PerfGate.Bench.Fuzz;

namespace PerfGate.Tests.Fuzz;

/// <summary>A share of what <c>bench -- fuzz</c> gives to every parser, the same at every run.</summary>
public sealed class ParserFuzzTests : IDisposable
{
    private const int Inputs = 20_000;
    private const int Seed = 20_261_128;

    private readonly string _folder = Directory.CreateTempSubdirectory("perfgate-fuzz-").FullName;

    [Fact]
    public async Task Broken_input_is_refused_by_every_parser_and_breaks_none()
    {
        var targets = await ParserFuzzing.TargetsAsync(_folder);

        var tallies = await ParserFuzzing.RunAsync(targets, Inputs, Seed, workers: 2);

        Assert.True(tallies.Sum(tally => tally.Inputs) >= Inputs);
        Assert.All(tallies, tally => Assert.True(tally.Faults.Count == 0, Told(tally)));
    }

    [Fact]
    public async Task What_broken_inputs_are_made_of_is_read()
    {
        var targets = await ParserFuzzing.TargetsAsync(_folder);

        foreach (var target in targets)
        {
            foreach (var valid in target.Corpus)
            {
                await target.Read(valid, FuzzRandom.Of(Seed, target.Name, 0));
            }
        }

        Assert.NotEmpty(targets);
    }

    [Fact]
    public async Task The_same_seed_makes_the_same_inputs()
    {
        var targets = await ParserFuzzing.TargetsAsync(_folder);

        foreach (var target in targets)
        {
            Assert.Equal(
                target.Make(FuzzRandom.Of(Seed, target.Name, 17)),
                target.Make(FuzzRandom.Of(Seed, target.Name, 17))
            );
            Assert.NotEqual(
                Enumerable.Range(0, 20).Select(i => Convert.ToHexString(target.Make(FuzzRandom.Of(1, target.Name, i)))),
                Enumerable.Range(0, 20).Select(i => Convert.ToHexString(target.Make(FuzzRandom.Of(2, target.Name, i))))
            );
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The faults of a target, with the inputs to repeat them with.</summary>
    internal static string Told(FuzzTally tally) =>
        string.Join(
            "\n\n",
            tally.Faults.Select(fault =>
                FormattableString.Invariant(
                    $"{fault.Target}, input {fault.Index}: {fault.Kind}\n{fault.Detail}\n{Convert.ToBase64String(fault.Input)}"
                )
            )
        );
}
