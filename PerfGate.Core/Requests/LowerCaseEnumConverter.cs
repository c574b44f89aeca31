using System.Text.Json;
using System.Text.Json.Serialization;

namespace PerfGate.Core.Requests;

/// <summary>Writes an enum as its lower-case name and reads nothing else: no numbers, no other casing.</summary>
public sealed class LowerCaseEnumConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    private static readonly Dictionary<string, T> ByName = Enum.GetValues<T>().ToDictionary(EnumText.Lower);

    /// <inheritdoc />
    /// <exception cref="JsonException">The text is not one of the lower-case names.</exception>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return text is not null && ByName.TryGetValue(text, out var value)
            ? value
            : throw new JsonException($"expected one of {string.Join(", ", ByName.Keys)}");
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(EnumText.Lower(value));
}

/// <summary>Enum names as they are written in JSON, SQL and reports.</summary>
public static class EnumText
{
    /// <summary>The lower-case name: <c>TestType.Load</c> is <c>load</c>.</summary>
    public static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
