using System.Text;
using System.Text.RegularExpressions;

namespace PerfGate.Core.Sensitive;

/// <summary>What belongs to a person, told by its form and its check digits.</summary>
internal static partial class PersonalNumbers
{
    private const int LongestDomain = 256;

    /// <summary>Top-level domains that are nobody's (RFC 2606, 6761).</summary>
    private static readonly HashSet<string> ReservedTops = new(StringComparer.OrdinalIgnoreCase)
    {
        "example",
        "test",
        "invalid",
        "localhost",
        "local",
    };

    private static readonly HashSet<string> ReservedDomains = new(StringComparer.OrdinalIgnoreCase)
    {
        "example.com",
        "example.net",
        "example.org",
    };

    /// <summary>Endings of files, which follow an @ in names like <c>logo@2x.png</c>.</summary>
    private static readonly HashSet<string> FileEndings = new(StringComparer.OrdinalIgnoreCase)
    {
        "png",
        "jpg",
        "jpeg",
        "gif",
        "webp",
        "svg",
        "css",
        "js",
        "mjs",
        "json",
        "html",
    };

    /// <summary>Numbers that the payment companies publish for tests.</summary>
    private static readonly HashSet<string> TestCards = new(StringComparer.Ordinal)
    {
        "4242424242424242",
        "4111111111111111",
        "4000056655665556",
        "4000000000000002",
        "4000000000003220",
        "4012888888881881",
        "5555555555554444",
        "5105105105105100",
        "5200828282828210",
        "2223003122003222",
        "378282246310005",
        "371449635398431",
        "6011111111111117",
        "30569309025904",
        "3566002020360505",
    };

    /// <summary>Whether a text holds an e-mail address of a domain that can be somebody's.</summary>
    public static bool HasRealAddress(string text)
    {
        for (var at = text.IndexOf('@'); at >= 0; at = text.IndexOf('@', at + 1))
        {
            var hasName =
                at > 0 && (char.IsAsciiLetterOrDigit(text[at - 1]) || text[at - 1] is '}' or '.' or '_' or '-' or '+');
            if (hasName && IsReal(text[(at + 1)..Math.Min(DomainEnd(text, at + 1), at + 1 + LongestDomain)]))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Whether a text holds the number of a payment card, in groups or in one piece.</summary>
    public static bool HasCard(string text) => Card().Matches(text).Any(match => IsCard(match.Value));

    /// <summary>Whether digits, with or without separators, are a card's: its company's first digits, its length, its check digit.</summary>
    public static bool IsCard(string text)
    {
        var digits = text.Where(char.IsAsciiDigit).ToArray();
        if (digits.Length is < 13 or > 19 || text.Any(c => c is not (' ' or '-') && !char.IsAsciiDigit(c)))
        {
            return false;
        }
        var number = new string(digits);
        return Company().IsMatch(number) && Luhn(number) && !TestCards.Contains(number);
    }

    /// <summary>Whether a text holds an IBAN (ISO 13616), told by its remainder of 97.</summary>
    public static bool HasIban(string text) =>
        Iban().Matches(text).Select(match => match.Value.Replace(" ", "", StringComparison.Ordinal)).Any(IsIban);

    /// <summary>The text with something in place of each of them.</summary>
    public static string Strip(string text, string instead)
    {
        text = StripAddresses(text, instead);
        text = Card().Replace(text, match => IsCard(match.Value) ? instead : match.Value);
        return Iban()
            .Replace(
                text,
                match => IsIban(match.Value.Replace(" ", "", StringComparison.Ordinal)) ? instead : match.Value
            );
    }

    // By hand: .NET's linear regular expression for it makes, and keeps, a state for each letter of a long domain.
    private static string StripAddresses(string text, string instead)
    {
        StringBuilder? kept = null;
        var done = 0;
        for (var at = text.IndexOf('@'); at >= 0; at = text.IndexOf('@', at + 1))
        {
            var (from, to) = (at, DomainEnd(text, at + 1));
            while (from > done && (char.IsAsciiLetterOrDigit(text[from - 1]) || "._%+-".Contains(text[from - 1])))
            {
                from--;
            }
            if (from < at && IsReal(text[(at + 1)..to]))
            {
                kept = (kept ?? new StringBuilder()).Append(text, done, from - done).Append(instead);
                done = to;
            }
        }
        return kept?.Append(text, done, text.Length - done).ToString() ?? text;
    }

    private static int DomainEnd(string text, int from)
    {
        var to = from;
        while (to < text.Length && (char.IsAsciiLetterOrDigit(text[to]) || text[to] is '-' or '.'))
        {
            to++;
        }
        return to;
    }

    private static bool IsReal(string domain)
    {
        var labels = domain.Trim('.', '-').Split('.');
        if (
            labels.Length < 2
            || labels.Any(label => label.Length == 0)
            || !labels[^1].All(char.IsAsciiLetter)
            || labels[^1].Length < 2
        )
        {
            return false;
        }
        return !ReservedTops.Contains(labels[^1])
            && !FileEndings.Contains(labels[^1])
            && !ReservedDomains.Contains($"{labels[^2]}.{labels[^1]}");
    }

    private static bool Luhn(string digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            var counted = i % 2 == 0 ? digit : digit * 2;
            sum += counted > 9 ? counted - 9 : counted;
        }
        return sum % 10 == 0;
    }

    private static bool IsIban(string text)
    {
        if (text.Length is < 15 or > 34)
        {
            return false;
        }
        var rest = 0;
        foreach (var letter in text[4..] + text[..4])
        {
            var value = char.IsAsciiDigit(letter) ? letter - '0' : letter - 'A' + 10;
            rest = ((rest * (value > 9 ? 100 : 10)) + value) % 97;
        }
        return rest == 1;
    }

    // Not within a longer number, an id or a UUID.
    [GeneratedRegex(
        @"(?<![\w.-])(\d{13,19}|\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{1,7}|3\d{3}[ -]\d{6}[ -]\d{4,5})(?![\w-])",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: SensitiveText.Patience
    )]
    private static partial Regex Card();

    // Visa, Mastercard, American Express, Discover, Diners, JCB.
    [GeneratedRegex(
        @"^(4\d{12}(\d{3})?(\d{3})?|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|6(011|5\d\d|4[4-9]\d)\d{12}|3(0[0-5]|[68]\d)\d{11}|35\d{14})\z",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: SensitiveText.Patience
    )]
    private static partial Regex Company();

    [GeneratedRegex(
        @"(?<!\w)[A-Z]{2}\d{2}( ?[A-Z0-9]{4}){2,7}( ?[A-Z0-9]{1,4})?(?!\w)",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: SensitiveText.Patience
    )]
    private static partial Regex Iban();
}
