using System.Text.Json;

namespace PerfGate.Bench.Fuzz;

/// <summary>
/// Changes to a JSON text by its grammar: members removed, given twice and renamed, values replaced, exchanged and nested. What
/// comes out is JSON again more often than not, and gets further into a reader than broken text does.
/// </summary>
internal static class JsonMutations
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 512 };

    private readonly record struct Piece(int Start, int End, int Value)
    {
        public bool IsMember => Value > Start;
    }

    /// <summary>Applies a few; bytes alone are changed where the text is no JSON, or for once.</summary>
    public static byte[] Apply(byte[] input, IReadOnlyList<byte[]> corpus, FuzzWords words, FuzzRandom random)
    {
        if (random.OneIn(4))
        {
            return ByteMutations.Apply(input, corpus, words, random);
        }
        for (var times = random.Few(4); times > 0; times--)
        {
            if (Pieces(input) is not { Count: > 0 } pieces)
            {
                return ByteMutations.Apply(input, corpus, words, random);
            }
            input = ApplyOne(input, pieces, words, random);
        }
        return input;
    }

    private static byte[] ApplyOne(byte[] input, List<Piece> pieces, FuzzWords words, FuzzRandom random)
    {
        var piece = random.Pick(pieces);
        var value = input.AsSpan(piece.Value, piece.End - piece.Value);
        switch (random.Below(9))
        {
            case 0 when piece.IsMember:
                return ByteMutations.Splice(input, piece.Start, piece.End - piece.Start, "\"x\":0"u8);
            case 1 when piece.IsMember:
                return [.. input[..piece.End], (byte)',', .. input[piece.Start..piece.End], .. input[piece.End..]];
            case 2 when piece.IsMember:
                return ByteMutations.Splice(
                    input,
                    piece.Start,
                    piece.Value - piece.Start,
                    [.. Quoted(words.Pick(random)), (byte)':']
                );
            case 3:
                return ByteMutations.Splice(input, piece.Value, value.Length, random.Pick(FuzzWords.Numbers));
            case 4:
                return ByteMutations.Splice(input, piece.Value, value.Length, Quoted(words.Pick(random)));
            case 5:
                var other = random.Pick(pieces);
                return ByteMutations.Splice(input, piece.Value, value.Length, input.AsSpan(other.Value..other.End));
            case 6:
                return ByteMutations.Splice(
                    input,
                    piece.Value,
                    value.Length,
                    random.Below(4) switch
                    {
                        0 => "null"u8,
                        1 => "[]"u8,
                        2 => "{}"u8,
                        _ => "\"\""u8,
                    }
                );
            case 7:
                var depth = random.Few(random.OneIn(10) ? 600 : 20);
                return
                [
                    .. input[..piece.Value],
                    .. Enumerable.Repeat((byte)'[', depth),
                    .. value,
                    .. Enumerable.Repeat((byte)']', depth),
                    .. input[piece.End..],
                ];
            default:
                // Into a text, or around it.
                var at = value.Length > 1 ? piece.Value + 1 + random.Below(value.Length - 1) : piece.Value;
                return ByteMutations.Splice(input, at, 0, random.Pick(FuzzWords.Traps));
        }
    }

    private static byte[] Quoted(byte[] word) => word is [(byte)'"', ..] ? word : [(byte)'"', .. word, (byte)'"'];

    /// <summary>Every member and every value; null where the text is no JSON.</summary>
    private static List<Piece>? Pieces(byte[] input)
    {
        var pieces = new List<Piece>();
        var open = new Stack<(int Start, int Value)>();
        int? name = null;
        try
        {
            var json = new Utf8JsonReader(input, Options);
            while (json.Read())
            {
                var start = (int)json.TokenStartIndex;
                switch (json.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        name = start;
                        break;
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        open.Push((name ?? start, start));
                        name = null;
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        var (begin, value) = open.Pop();
                        pieces.Add(new Piece(begin, (int)json.BytesConsumed, value));
                        break;
                    default:
                        pieces.Add(new Piece(name ?? start, (int)json.BytesConsumed, start));
                        name = null;
                        break;
                }
            }
            return pieces;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
