using System.Globalization;
using System.Text.Json;

namespace PerfGate.Core.Requests;

/// <summary>
/// Reads one JSON object field by field and collects everything that is wrong with it. A field that is absent or
/// <c>null</c> reads as null; a bad one too, after an error was noted.
/// </summary>
internal sealed class FieldReader
{
    private readonly Dictionary<string, JsonElement> fields = new(StringComparer.Ordinal);
    private readonly ErrorList errors;

    private FieldReader(string path, ErrorList errors) => (Path, this.errors) = (path, errors);

    /// <summary>Where this object stands in the input.</summary>
    public string Path { get; }

    /// <summary>Opens an object whose fields are known by name; null where it is not an object.</summary>
    public static FieldReader? Open(JsonElement element, string path, ErrorList errors, params string[] known)
    {
        var reader = new FieldReader(path, errors);
        if (element.ValueKind != JsonValueKind.Object)
        {
            reader.Refuse(path, $"is {Kind(element)}", "a JSON object");
            return null;
        }
        foreach (var property in element.EnumerateObject())
        {
            if (!known.Contains(property.Name, StringComparer.Ordinal))
            {
                var near = errors.IsFull ? null : Suggestion.Nearest(property.Name, known);
                var meant = near is null ? "" : $"; did you mean {near}?";
                errors.Add(() => reader.At(property.Name), $"is not a known field{meant}", string.Join(", ", known));
            }
            else if (property.Value.ValueKind != JsonValueKind.Null)
            {
                // A repeated name has been refused already (JsonSurvey): any of the values will do.
                reader.fields[property.Name] = property.Value;
            }
        }
        return reader;
    }

    /// <summary>Path of a field of this object.</summary>
    public string At(string name) => FieldPath.Member(Path, name);

    /// <summary>Notes an error.</summary>
    public void Refuse(string path, string problem, string allowed) =>
        errors.Add(new FieldError(path, problem, allowed));

    /// <summary>Whether the field is there and not null, good or bad.</summary>
    public bool Has(string name) => fields.ContainsKey(name);

    /// <summary>Whether the field is there, not null and not an empty array, which means the same as leaving it out.</summary>
    public bool HasEntries(string name) =>
        fields.TryGetValue(name, out var value)
        && (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > 0);

    /// <summary>The field's raw value; null where absent, which is an error for a required one.</summary>
    public JsonElement? Raw(string name, string? required = null)
    {
        if (fields.TryGetValue(name, out var value))
        {
            return value;
        }
        if (required is not null)
        {
            Refuse(At(name), "is missing", required);
        }
        return null;
    }

    /// <summary>A text of at least one character, without control characters.</summary>
    public string? Text(string name, int longest, string allowed, bool required = false) =>
        Raw(name, required ? allowed : null) is { } value ? Text(value, At(name), longest, allowed) : null;

    /// <summary>The same of a text that is kept as it is: it must not look like a secret or real personal data.</summary>
    public string? KeptText(string name, int longest, string allowed, bool required = false)
    {
        var text = Text(name, longest, allowed, required);
        if (text is not null && SensitiveContent.Problem(text, At(name)) is { } sensitive)
        {
            errors.Add(sensitive);
        }
        return text;
    }

    /// <summary>The same for a value that is no field of this object.</summary>
    public string? Text(JsonElement value, string path, int longest, string allowed)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            Refuse(path, $"is {Kind(value)}", allowed);
            return null;
        }
        var text = value.GetString()!;
        var problem =
            text.Length == 0 ? "is empty"
            : text.Length > longest ? string.Create(CultureInfo.InvariantCulture, $"has {text.Length} characters")
            : text.Any(char.IsControl) ? "holds a control character"
            : null;
        if (problem is null)
        {
            return text;
        }
        Refuse(path, problem, string.Create(CultureInfo.InvariantCulture, $"{allowed}, 1 to {longest} characters"));
        return null;
    }

    /// <summary>One of an enum's lower-case names. Required.</summary>
    public T? Choice<T>(string name)
        where T : struct, Enum
    {
        string[] choices = [.. Enum.GetValues<T>().Select(EnumText.Lower)];
        var allowed = $"one of {string.Join(", ", choices)}";
        if (Text(name, 20, allowed, required: true) is not { } text)
        {
            return null;
        }
        if (Array.IndexOf(choices, text) is var index and >= 0)
        {
            return Enum.GetValues<T>()[index];
        }
        var meant = Suggestion.Nearest(text, choices) is { } near ? $"; did you mean {near}?" : "";
        Refuse(At(name), $"is \"{FieldPath.Shown(text)}\"{meant}", allowed);
        return null;
    }

    /// <summary>A finite number within bounds, both included.</summary>
    public double? Number(string name, double min, double max, string unit = "")
    {
        if (Raw(name) is not { } value)
        {
            return null;
        }
        var allowed = string.Create(CultureInfo.InvariantCulture, $"a number from {min} to {max}{unit}");
        if (value.ValueKind != JsonValueKind.Number)
        {
            Refuse(At(name), $"is {Kind(value)}", allowed);
            return null;
        }
        if (!value.TryGetDouble(out var number) || !double.IsFinite(number) || number < min || number > max)
        {
            Refuse(At(name), $"is {FieldPath.Shown(value.GetRawText())}", allowed);
            return null;
        }
        return number;
    }

    /// <summary>A whole number within bounds, both included; <c>10.0</c> is one.</summary>
    public int? Whole(string name, int min, int max)
    {
        if (Number(name, min, max) is not { } number)
        {
            return null;
        }
        if (number == Math.Floor(number))
        {
            return (int)number;
        }
        var allowed = string.Create(CultureInfo.InvariantCulture, $"a whole number from {min} to {max}");
        Refuse(At(name), string.Create(CultureInfo.InvariantCulture, $"is {number}"), allowed);
        return null;
    }

    /// <summary>A number within bounds, both included, in steps of 0.1.</summary>
    public double? Tenths(string name, double min, double max, string unit = "")
    {
        if (Number(name, min, max, unit) is not { } number)
        {
            return null;
        }
        var tenths = Math.Round(number * 10);
        if (Math.Abs((number * 10) - tenths) < 1e-9)
        {
            return tenths / 10;
        }
        var allowed = string.Create(
            CultureInfo.InvariantCulture,
            $"a number from {min} to {max}{unit}, in steps of 0.1"
        );
        Refuse(At(name), string.Create(CultureInfo.InvariantCulture, $"is {number}"), allowed);
        return null;
    }

    /// <summary>A duration within bounds: text as k6 writes it, or a number of seconds. Rounded to milliseconds.</summary>
    public TimeSpan? Duration(string name, TimeSpan min, TimeSpan max, bool required = false)
    {
        var allowed =
            $"a duration such as \"1m30s\", or a number of seconds, from {DurationText.Format(min)} to {DurationText.Format(max)}";
        if (Raw(name, required ? allowed : null) is not { } value)
        {
            return null;
        }
        if (DurationField.TryRead(value, out var duration) && duration >= min && duration <= max)
        {
            return duration;
        }
        Refuse(At(name), $"is {FieldPath.Shown(value.GetRawText())}", allowed);
        return null;
    }

    /// <summary>The object in a field; null where absent or not one.</summary>
    public FieldReader? Object(string name, params string[] known) =>
        Raw(name) is { } value ? Open(value, At(name), errors, known) : null;

    /// <summary>The entries of an array: those that could be read. Too many is an error, and none is read then.</summary>
    public List<T> Items<T>(string name, int most, Func<JsonElement, string, T?> read)
        where T : class
    {
        return Raw(name) is { } value ? Items(value, At(name), most, read) : [];
    }

    /// <summary>The same for a value that is no field of this object.</summary>
    public List<T> Items<T>(JsonElement value, string path, int most, Func<JsonElement, string, T?> read)
        where T : class
    {
        var allowed = string.Create(CultureInfo.InvariantCulture, $"an array of at most {most} entries");
        if (value.ValueKind != JsonValueKind.Array)
        {
            Refuse(path, $"is {Kind(value)}", allowed);
            return [];
        }
        if (value.GetArrayLength() > most)
        {
            Refuse(path, string.Create(CultureInfo.InvariantCulture, $"has {value.GetArrayLength()} entries"), allowed);
            return [];
        }
        var items = new List<T>();
        var index = 0;
        foreach (var entry in value.EnumerateArray())
        {
            if (read(entry, FieldPath.Entry(path, index++)) is { } item)
            {
                items.Add(item);
            }
        }
        return items;
    }

    /// <summary>An object used as a map: every entry that could be read, in the order of the input.</summary>
    public Dictionary<string, T> Map<T>(string name, int most, Func<string, JsonElement, string, T?> read)
        where T : class
    {
        var map = new Dictionary<string, T>(StringComparer.Ordinal);
        if (Raw(name) is not { } value)
        {
            return map;
        }
        var allowed = string.Create(CultureInfo.InvariantCulture, $"a JSON object of at most {most} entries");
        if (value.ValueKind != JsonValueKind.Object)
        {
            Refuse(At(name), $"is {Kind(value)}", allowed);
            return map;
        }
        if (value.EnumerateObject().Count() is var count && count > most)
        {
            Refuse(At(name), string.Create(CultureInfo.InvariantCulture, $"has {count} entries"), allowed);
            return map;
        }
        foreach (var property in value.EnumerateObject())
        {
            if (read(property.Name, property.Value, FieldPath.Member(At(name), property.Name)) is { } item)
            {
                map[property.Name] = item;
            }
        }
        return map;
    }

    /// <summary>What a value is, for an error.</summary>
    public static string Kind(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "an array",
            JsonValueKind.String => "a text",
            JsonValueKind.Number => "a number",
            JsonValueKind.Null => "null",
            _ => "true or false",
        };
}
