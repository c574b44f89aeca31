using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using PerfGate.Core.Requests;

namespace PerfGate.Host.Commands;

/// <summary>Options whose values have a form of their own.</summary>
internal static class OptionForms
{
    /// <summary>Refuses what is no duration within bounds.</summary>
    public static void MustBeDuration(Option<string> option, TimeSpan shortest, TimeSpan longest) =>
        option.Validators.Add(result =>
        {
            var text = result.GetValue(option);
            if (!DurationText.TryParse(text, out var duration) || duration < shortest || duration > longest)
            {
                result.AddError(
                    $"{option.Name} is \"{text}\"; it must be a duration from {DurationText.Format(shortest)} to {DurationText.Format(longest)}, such as 90s, 2m or 1h30m."
                );
            }
        });

    /// <summary>Refuses what is none of these words, and completes to them.</summary>
    public static void MustBeOneOf<T>(Option<T> option, params string[] words)
    {
        option.HelpName = string.Join('|', words);
        option.CompletionSources.Add(words);
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !words.Contains(token.Value, StringComparer.Ordinal)))
            {
                var near = Suggestion.Nearest(token.Value, words) is { } meant ? $" Did you mean {meant}?" : "";
                result.AddError(
                    $"{option.Name} is \"{token.Value}\"; it must be one of {string.Join(", ", words)}.{near}"
                );
            }
        });
    }

    /// <summary>An option that is a number, or absent.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it means.</param>
    /// <param name="allowed">What it may be, in words.</param>
    /// <param name="isAllowed">Whether a number is that; all are where this is null.</param>
    public static Option<T?> Number<T>(string name, string description, string allowed, Func<T, bool>? isAllowed = null)
        where T : struct, INumber<T> =>
        new(name)
        {
            Description = description,
            HelpName = "N",
            CustomParser = result => ReadNumber(result, name, allowed, isAllowed),
        };

    /// <summary>The value of an option that must be a duration.</summary>
    public static TimeSpan Duration(ParseResult parsed, Option<string> option) =>
        DurationText.TryParse(parsed.GetValue(option), out var duration)
            ? duration
            : throw new UsageException($"{option.Name} is no duration.");

    private static T? ReadNumber<T>(ArgumentResult result, string name, string allowed, Func<T, bool>? isAllowed)
        where T : struct, INumber<T>
    {
        var text = result.Tokens[0].Value;
        if (
            T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && T.IsFinite(number)
            && isAllowed?.Invoke(number) != false
        )
        {
            return number;
        }
        result.AddError($"{name} is \"{text}\"; it must be {allowed}.");
        return null;
    }
}
