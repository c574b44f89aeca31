using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PerfGate.Core.Requests;

/// <summary>
/// Durations as k6 (Go) writes them: <c>1h30m</c>, <c>90s</c>, <c>1.5s</c>, <c>250ms</c>. A bare number is milliseconds, as
/// in k6 options.
/// </summary>
public static class DurationText
{
    private static readonly (string Unit, double Milliseconds)[] Units =
    [
        ("ms", 1),
        ("h", 3_600_000),
        ("m", 60_000),
        ("s", 1_000),
    ];

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    /// <summary>Reads a duration; false where the text is not one, is negative or is beyond 1000 hours.</summary>
    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var rest = (text ?? "").AsSpan().Trim();
        if (rest.IsEmpty)
        {
            return false;
        }
        var milliseconds = 0d;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(NumberCharacters);
            var number = digits < 0 ? rest : rest[..digits];
            if (
                !double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
                || (digits < 0 && milliseconds > 0)
            )
            {
                return false;
            }
            rest = digits < 0 ? [] : rest[digits..];
            var factor = 1d;
            if (digits >= 0 && !TryTakeUnit(ref rest, out factor))
            {
                return false;
            }
            milliseconds += value * factor;
        }
        if (milliseconds > 3_600_000_000d)
        {
            return false;
        }
        duration = TimeSpan.FromMilliseconds(milliseconds);
        return true;
    }

    /// <summary>Writes a duration: <c>1h30m</c>, <c>45s</c>, <c>1.25s</c>, <c>0s</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        var text = new StringBuilder();
        if ((int)duration.TotalHours > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(int)duration.TotalHours}h");
        }
        if (duration.Minutes > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{duration.Minutes}m");
        }
        var seconds = duration.Seconds + (duration.Milliseconds / 1000d);
        if (seconds > 0 || text.Length == 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{seconds:0.###}s");
        }
        return text.ToString();
    }

    private static bool TryTakeUnit(ref ReadOnlySpan<char> rest, out double milliseconds)
    {
        foreach (var (unit, factor) in Units)
        {
            if (rest.StartsWith(unit, StringComparison.Ordinal))
            {
                rest = rest[unit.Length..];
                milliseconds = factor;
                return true;
            }
        }
        milliseconds = 0;
        return false;
    }
}

/// <summary>Durations in JSON as k6 writes them.</summary>
public sealed class DurationConverter : JsonConverter<TimeSpan>
{
    /// <inheritdoc />
    /// <exception cref="JsonException">The text is not a duration.</exception>
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && DurationText.TryParse(reader.GetString(), out var duration)
            ? duration
            : throw new JsonException("expected a duration such as 1m30s");

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteStringValue(DurationText.Format(value));
}
