using System.Globalization;
using Microsoft.Extensions.Configuration;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters;

/// <summary>Values of settings below <see cref="Root"/>, with every problem noted; what cannot be used counts as absent.</summary>
internal sealed record SettingValues(IConfiguration Configuration)
{
    /// <summary>What every name begins with.</summary>
    public const string Root = "PerfGate__";

    /// <summary>What is wrong, each with its setting.</summary>
    public List<FieldError> Problems { get; } = [];

    /// <summary>A text without the space around it; null where it is absent or empty.</summary>
    public string? Text(string name) => Value(name)?.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>
    /// Entries with semicolons or commas between them; null where the setting is absent, empty where it is there and names
    /// nothing: of a list of what is allowed, the two are not the same.
    /// </summary>
    public string[]? Entries(string name) =>
        Value(name)?.Split([';', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A number within its bounds.</summary>
    public double Number(string name, double otherwise, double least, double most) =>
        Text(name) is not { } text ? otherwise
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
        && number >= least
        && number <= most
            ? number
        : Refused(name, text, FormattableString.Invariant($"a number from {least} to {most}"), otherwise);

    /// <summary>A whole number within its bounds.</summary>
    public long Whole(string name, long otherwise, long least, long most) =>
        Text(name) is not { } text ? otherwise
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number >= least
        && number <= most
            ? number
        : Refused(name, text, FormattableString.Invariant($"a whole number from {least} to {most}"), otherwise);

    /// <summary>True or false.</summary>
    public bool Flag(string name, bool otherwise) =>
        Text(name) is not { } text ? otherwise
        : bool.TryParse(text, out var flag) ? flag
        : Refused(name, text, "true or false", otherwise);

    /// <summary>A duration within its bounds.</summary>
    public TimeSpan Duration(string name, TimeSpan otherwise, TimeSpan least, TimeSpan most) =>
        Text(name) is not { } text ? otherwise
        : DurationText.TryParse(text, out var duration) && duration >= least && duration <= most ? duration
        : Refused(
            name,
            text,
            $"a duration from {DurationText.Format(least)} to {DurationText.Format(most)}, such as 90s or 1h30m",
            otherwise
        );

    private string? Value(string name) => Configuration[(Root + name).Replace("__", ":", StringComparison.Ordinal)];

    /// <summary>Notes that a value cannot be used.</summary>
    public T Refused<T>(string name, string text, string allowed, T otherwise)
    {
        Problems.Add(new FieldError(Root + name, $"'{text}' cannot be used", allowed));
        return otherwise;
    }
}
