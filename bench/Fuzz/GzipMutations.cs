using System.IO.Compression;

namespace PerfGate.Bench.Fuzz;

/// <summary>Changes to packed text: before it is packed, and after.</summary>
internal static class GzipMutations
{
    /// <summary>Packs a text and changes one of the two, or cuts it off, or has something follow.</summary>
    public static byte[] Apply(byte[] text, IReadOnlyList<byte[]> corpus, FuzzWords words, FuzzRandom random)
    {
        if (random.OneIn(2))
        {
            return Pack(ByteMutations.Apply(text, corpus, words, random));
        }
        var packed = Pack(text);
        return random.Below(4) switch
        {
            0 => packed[..random.Below(packed.Length)],
            1 => [.. packed, .. Pack(random.Pick(corpus))],
            _ => ByteMutations.Apply(packed, [packed], words, random),
        };
    }

    /// <summary>Packs bytes.</summary>
    public static byte[] Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }
        return packed.ToArray();
    }
}
