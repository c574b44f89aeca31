using System.Globalization;
using Microsoft.Extensions.Configuration;
using PerfGate.Core.Requests;

namespace PerfGate.Functions.Settings;

/// <summary>Reads settings by the names they have in the environment, and collects all that is wrong with them.</summary>
public sealed class SettingReader(IConfiguration configuration)
{
    private readonly List<FieldError> _errors = [];

    /// <summary>Everything that is wrong with what was read so far.</summary>
    public IReadOnlyList<FieldError> Errors => _errors;

    /// <summary>A text; null where the setting is absent or empty.</summary>
    /// <param name="name">As in the environment: <c>PerfGate__Engine</c>.</param>
    public string? Text(string name) =>
        configuration[name.Replace("__", ":", StringComparison.Ordinal)] is { } value
        && value.Trim() is { Length: > 0 } text
            ? text
            : null;

    /// <summary>A text that must be there; empty, with an error, where it is not.</summary>
    /// <param name="name">As in the environment.</param>
    /// <param name="form">What it should look like.</param>
    public string Required(string name, string form)
    {
        if (Text(name) is { } text)
        {
            return text;
        }
        Refuse(name, "is not set", form);
        return "";
    }

    /// <summary>A whole number within a range.</summary>
    public long Number(string name, long otherwise, long least, long most)
    {
        if (Text(name) is not { } text)
        {
            return otherwise;
        }
        if (
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least
            && number <= most
        )
        {
            return number;
        }
        Refuse(name, $"'{text}' cannot be used", FormattableString.Invariant($"a whole number from {least} to {most}"));
        return otherwise;
    }

    /// <summary>A duration as requests write it (<c>90s</c>, <c>1m30s</c>) within a range.</summary>
    public TimeSpan Duration(string name, TimeSpan otherwise, TimeSpan least, TimeSpan most)
    {
        if (Text(name) is not { } text)
        {
            return otherwise;
        }
        if (DurationText.TryParse(text, out var duration) && duration >= least && duration <= most)
        {
            return duration;
        }
        Refuse(
            name,
            $"'{text}' cannot be used",
            $"a duration from {DurationText.Format(least)} to {DurationText.Format(most)}, such as 90s or 1m30s"
        );
        return otherwise;
    }

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public bool Flag(string name, bool otherwise)
    {
        if (Text(name) is not { } text)
        {
            return otherwise;
        }
        if (bool.TryParse(text, out var flag))
        {
            return flag;
        }
        Refuse(name, $"'{text}' cannot be used", "true or false");
        return otherwise;
    }

    /// <summary>An absolute address; null where the setting is absent.</summary>
    public Uri? Address(string name, params string[] schemes)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }
        if (
            Uri.TryCreate(text, UriKind.Absolute, out var address)
            && schemes.Contains(address.Scheme, StringComparer.Ordinal)
        )
        {
            return address;
        }
        Refuse(
            name,
            $"'{text}' is no such address",
            $"an address that begins with {string.Join(":// or ", schemes)}://"
        );
        return null;
    }

    /// <summary>Notes an error.</summary>
    public void Refuse(string name, string problem, string allowed) =>
        _errors.Add(new FieldError(name, problem, allowed));
}
