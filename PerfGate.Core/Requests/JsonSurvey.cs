using System.Text.Json;

namespace PerfGate.Core.Requests;

/// <summary>
/// Looks through a whole JSON document, before any field is read, for what JSON readers disagree about: a name given
/// twice (which value counts?) and text that is no Unicode (half of a surrogate pair).
/// </summary>
internal static class JsonSurvey
{
    /// <summary>Notes what it finds. False where some text cannot be read at all: then no field should be read.</summary>
    public static bool IsReadable(JsonElement element, Func<string> path, ErrorList errors)
    {
        return element.ValueKind switch
        {
            JsonValueKind.Object => ObjectIsReadable(element, path, errors),
            // No short circuit: all errors at once.
            JsonValueKind.Array => element
                .EnumerateArray()
                .Select((entry, index) => IsReadable(entry, () => FieldPath.Entry(path(), index), errors))
                .Aggregate(true, (all, one) => all && one),
            JsonValueKind.String => TextIsReadable(element.GetString, path, errors),
            _ => true,
        };
    }

    private static bool ObjectIsReadable(JsonElement element, Func<string> path, ErrorList errors)
    {
        var readable = true;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            if (!TextIsReadable(() => property.Name, path, errors))
            {
                readable = false;
                continue;
            }
            var name = property.Name;
            string Member() => FieldPath.Member(path(), name);
            if (!seen.Add(name))
            {
                errors.Add(Member, "is given twice", "each name once");
            }
            readable &= IsReadable(property.Value, Member, errors);
        }
        return readable;
    }

    private static bool TextIsReadable(Func<string?> read, Func<string> path, ErrorList errors)
    {
        try
        {
            read();
            return true;
        }
        catch (InvalidOperationException)
        {
            errors.Add(path, "holds text that is not Unicode", "complete surrogate pairs");
            return false;
        }
    }
}
