namespace PerfGate.Bench.Fuzz;

/// <summary>How inputs of a target are changed.</summary>
internal enum FuzzForm
{
    /// <summary>As bytes.</summary>
    Bytes,

    /// <summary>By JSON's grammar, and as bytes.</summary>
    Json,

    /// <summary>As lines of JSON: one of them by its grammar.</summary>
    JsonLines,

    /// <summary>Packed: what is packed, or the packed bytes.</summary>
    Gzip,
}

/// <summary>Something that reads input of strangers.</summary>
/// <param name="Name">What it is, for the table.</param>
/// <param name="Share">How many of the inputs go here, against the shares of the others.</param>
/// <param name="Form">How inputs are changed.</param>
/// <param name="Corpus">Valid inputs.</param>
/// <param name="Read">
/// Reads one. Returns where the reader said what it may say, be it a refusal; throws whatever it may not throw.
/// </param>
internal sealed record FuzzTarget(
    string Name,
    double Share,
    FuzzForm Form,
    IReadOnlyList<byte[]> Corpus,
    Func<byte[], FuzzRandom, ValueTask> Read
)
{
    private readonly FuzzWords _words = FuzzWords.Of(Corpus);

    /// <summary>Most bytes that reading an input may allocate: so many, and so many times its length.</summary>
    public (long Fixed, int Times) MostAllocated { get; init; } = (8 << 20, 400);

    /// <summary>Makes an input.</summary>
    public byte[] Make(FuzzRandom random)
    {
        var valid = random.Pick(Corpus);
        return Form switch
        {
            // A valid one now and then: a reader that refuses all would find nothing.
            _ when random.OneIn(100) => valid,
            FuzzForm.Json => JsonMutations.Apply(valid, Corpus, _words, random),
            FuzzForm.JsonLines => JsonLines.Apply(valid, Corpus, _words, random),
            FuzzForm.Gzip => GzipMutations.Apply(valid, Corpus, _words, random),
            _ => ByteMutations.Apply(valid, Corpus, _words, random),
        };
    }
}
