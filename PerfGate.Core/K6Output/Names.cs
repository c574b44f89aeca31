using System.Text;

namespace PerfGate.Core.K6Output;

/// <summary>
/// Texts by their UTF-8 bytes, so that a name seen before costs no allocation. Holds at most so many; whatever comes after
/// is named <see cref="Other"/>, since a script may make a new name for every request.
/// </summary>
internal sealed class Names(int capacity, Func<string, string> clean)
{
    /// <summary>Stands for every name beyond the capacity.</summary>
    public const string Other = "(other)";

    private readonly Dictionary<byte[], string> _texts = new(Utf8Comparer.Instance);

    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            return "";
        }
        var lookup = _texts.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (lookup.TryGetValue(utf8, out var text))
        {
            return text;
        }
        if (_texts.Count >= capacity)
        {
            return Other;
        }
        text = clean(Encoding.UTF8.GetString(utf8));
        _texts.Add(utf8.ToArray(), text);
        return text;
    }

    private sealed class Utf8Comparer
        : IEqualityComparer<byte[]>,
            IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly Utf8Comparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
