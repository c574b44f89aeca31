using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace PerfGate.Adapters.Http;

/// <summary>The preference <c>wait</c> of a request (RFC 7240, section 4.3): how long its sender would wait for an end.</summary>
public static class PreferWait
{
    /// <summary>Longest wait that is granted, seconds: longer ones are cut, as proxies give up after a minute.</summary>
    public const int MostSeconds = 60;

    /// <summary>
    /// The wait that is granted, said to the sender in <c>Preference-Applied</c>; null where none, or none that can be read,
    /// is preferred: a preference that is not understood is ignored.
    /// </summary>
    public static TimeSpan? Grant(HttpContext context)
    {
        if (Read(context.Request.Headers["Prefer"]) is not { } seconds)
        {
            return null;
        }
        context.Response.Headers["Preference-Applied"] = string.Create(CultureInfo.InvariantCulture, $"wait={seconds}");
        return TimeSpan.FromSeconds(seconds);
    }

    /// <summary>The seconds preferred, at most <see cref="MostSeconds"/>; of several, the first counts.</summary>
    public static int? Read(StringValues headers)
    {
        foreach (var preference in headers.SelectMany(header => (header ?? "").Split(',')))
        {
            // A preference may have parameters of its own behind a semicolon; wait has none.
            var parts = preference.Split(';')[0].Split('=', 2, StringSplitOptions.TrimEntries);
            if (!parts[0].Equals("wait", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }
            return parts.Length == 2 && parts[1].Trim('"') is { Length: > 0 } digits && digits.All(char.IsAsciiDigit)
                // More digits than a number holds is a long wait too.
                ? (int)Math.Min(double.Parse(digits, CultureInfo.InvariantCulture), MostSeconds)
                : null;
        }
        return null;
    }
}
