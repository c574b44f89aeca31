using System.Globalization;

namespace PerfGate.K6.Options;

/// <summary>
/// The part of a test that one process runs, from <see cref="From"/> to <see cref="To"/> as fractions of the whole.
/// </summary>
public sealed record ExecutionSegment((long Numerator, long Denominator) From, (long Numerator, long Denominator) To)
{
    /// <summary>The whole test.</summary>
    public static ExecutionSegment Whole { get; } = new((0, 1), (1, 1));

    /// <summary>Its share, 0 to 1.</summary>
    public double Share => ((double)To.Numerator / To.Denominator) - ((double)From.Numerator / From.Denominator);

    /// <summary>Reads <c>1/4:1/2</c>, <c>0.25:0.5</c>, <c>25%:50%</c>, or <c>1/4</c> alone for the first quarter.</summary>
    /// <exception cref="ScriptException">It is no segment.</exception>
    public static ExecutionSegment Parse(string text)
    {
        var parts = text.Split(':');
        var segment = parts.Length switch
        {
            1 => new ExecutionSegment((0, 1), Fraction(parts[0], text)),
            2 => new ExecutionSegment(
                Fraction(parts[0].Length == 0 ? "0" : parts[0], text),
                Fraction(parts[1].Length == 0 ? "1" : parts[1], text)
            ),
            _ => throw Bad(text),
        };
        return segment.Share is > 0 and <= 1 && segment.From.Numerator >= 0 ? segment : throw Bad(text);
    }

    internal static (long Numerator, long Denominator) Fraction(string text, string all)
    {
        var slash = text.Split('/');
        if (
            slash.Length == 2
            && Long(slash[0], out var numerator)
            && Long(slash[1], out var denominator)
            && denominator > 0
        )
        {
            return (numerator, denominator);
        }
        var percent = text.EndsWith('%');
        return double.TryParse(
            percent ? text[..^1] : text,
            NumberStyles.Float,
            CultureInfo.InvariantCulture,
            out var value
        )
            ? ((long)Math.Round(value * (percent ? 10_000_000 : 1_000_000_000)), 1_000_000_000)
            : throw Bad(all);
    }

    private static bool Long(string text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static ScriptException Bad(string text) => new($"'{text}' is no execution segment; expected e.g. 0:1/4");
}
