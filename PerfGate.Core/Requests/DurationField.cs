using System.Text.Json;

namespace PerfGate.Core.Requests;

/// <summary>A duration in a request: <c>"1m30s"</c> as k6 writes it, or a number of seconds.</summary>
internal static class DurationField
{
    /// <summary>Reads one, rounded to milliseconds. A text without a unit is refused: k6 would take it for milliseconds.</summary>
    public static bool TryRead(JsonElement value, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        if (value.ValueKind == JsonValueKind.Number)
        {
            if (!value.TryGetDouble(out var seconds) || seconds < 0 || seconds > 3_600_000)
            {
                return false;
            }
            duration = TimeSpan.FromMilliseconds(Math.Round(seconds * 1000));
            return true;
        }
        if (
            value.ValueKind != JsonValueKind.String
            || value.GetString() is not { } text
            || !text.AsSpan().ContainsAny("hms")
            || !DurationText.TryParse(text, out var exact)
        )
        {
            return false;
        }
        duration = TimeSpan.FromMilliseconds(Math.Round(exact.TotalMilliseconds));
        return true;
    }
}
