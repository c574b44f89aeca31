using System.Globalization;
using Microsoft.AspNetCore.Http;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Http;

/// <summary>
/// Reads the query of a request strictly: unknown names, names given twice and values that cannot be used are errors, and all
/// of them are told at once. A parameter that is absent or bad reads as null.
/// </summary>
internal sealed class QueryFields
{
    // ISO 8601, as JSON writes times; a day alone is its midnight. Without an offset it is UTC.
    private static readonly string[] TimeForms = ["yyyy-MM-dd", "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"];

    private readonly Dictionary<string, string> _values = [];
    private readonly List<FieldError> _errors = [];

    public QueryFields(IQueryCollection query, params string[] known)
    {
        foreach (var (name, values) in query)
        {
            if (!known.Contains(name, StringComparer.Ordinal))
            {
                Refuse(
                    FieldPath.Member("", name),
                    "is not a known parameter",
                    known.Length == 0 ? "none" : string.Join(", ", known)
                );
            }
            else if (values.Count != 1)
            {
                Refuse(name, "is given more than once", "each parameter once");
            }
            else
            {
                _values[name] = values[0] ?? "";
            }
        }
    }

    /// <summary>Everything wrong so far.</summary>
    public IReadOnlyList<FieldError> Errors => _errors;

    /// <summary>Notes an error.</summary>
    public void Refuse(string name, string problem, string allowed) =>
        _errors.Add(new FieldError(name, problem, allowed));

    /// <summary>The text as given.</summary>
    public string? Text(string name) => _values.GetValueOrDefault(name);

    /// <summary>One of an enum's lower-case names.</summary>
    public T? Choice<T>(string name)
        where T : struct, Enum
    {
        if (Text(name) is not { } text)
        {
            return null;
        }
        foreach (var value in Enum.GetValues<T>())
        {
            if (EnumText.Lower(value) == text)
            {
                return value;
            }
        }
        Refuse(name, $"is \"{FieldPath.Shown(text)}\"", string.Join(", ", Enum.GetValues<T>().Select(EnumText.Lower)));
        return null;
    }

    /// <summary>A UUID.</summary>
    public Guid? Id(string name, string what, bool required = false)
    {
        if (Text(name) is not { } text)
        {
            if (required)
            {
                Refuse(name, "is missing", what);
            }
            return null;
        }
        if (Guid.TryParseExact(text, "D", out var id))
        {
            return id;
        }
        Refuse(name, $"is \"{FieldPath.Shown(text)}\"", what);
        return null;
    }

    /// <summary>A point in time.</summary>
    public DateTimeOffset? Time(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }
        // A plus that was not escaped arrives as a space.
        if (
            DateTimeOffset.TryParseExact(
                text.Replace(' ', '+'),
                TimeForms,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out var time
            )
        )
        {
            return time;
        }
        Refuse(name, $"is \"{FieldPath.Shown(text)}\"", "a day (2026-03-14) or a time (2026-03-14T09:00:00Z)");
        return null;
    }

    /// <summary>A whole number within bounds, both included.</summary>
    public int? Whole(string name, int min, int max) => (int?)Whole(name, (long)min, max);

    /// <summary>A whole number within bounds that an <see cref="int"/> may not hold, both included.</summary>
    public long? Whole(string name, long min, long max)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }
        if (
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= min
            && number <= max
        )
        {
            return number;
        }
        Refuse(
            name,
            $"is \"{FieldPath.Shown(text)}\"",
            string.Create(CultureInfo.InvariantCulture, $"a whole number from {min} to {max}")
        );
        return null;
    }
}
