using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace PerfGate.Bench.Fuzz.Http;

/// <summary>What every answer must be, whatever was asked.</summary>
internal static class AnswerRules
{
    private const int LongestShown = 600;

    /// <summary>The kind of what is wrong with an answer; null where nothing is.</summary>
    public static string? Problem(HttpInput input, RawAnswer? answer)
    {
        if (answer is null)
        {
            return input.IsFramed ? "no answer" : null;
        }
        if (input.Token is { } token && Echoes(answer, token))
        {
            return "a token in the answer";
        }
        // A version of HTTP that there is not is the client's own: the status is RFC 9110's for it.
        if (answer.Status >= 500 && (answer.Status != 505 || input.IsFramed))
        {
            return FormattableString.Invariant($"{answer.Status}");
        }
        if (input.Issued is { } issued && answer.Status < 400 && !issued.Any(one => Same(input.Token!, one)))
        {
            return "a token that nobody issued is believed";
        }
        return answer.Status >= 400 ? ProblemOfError(answer)
            : answer.MediaType.EndsWith("json", StringComparison.Ordinal) && !IsJson(answer)
                ? FormattableString.Invariant($"{answer.Status} with JSON that is none")
            : null;
    }

    /// <summary>An answer, shortened.</summary>
    public static string Shown(RawAnswer? answer)
    {
        var text = answer is null ? "nothing" : $"{answer.Head}\n\n{Encoding.UTF8.GetString(answer.Body)}";
        return text.Length <= LongestShown ? text : text[..LongestShown];
    }

    // Kestrel's own refusals, before there is a request, have no body; nor has what no route is for, or a condition that a
    // kept answer does not meet.
    private static string? ProblemOfError(RawAnswer answer)
    {
        if (answer.Body.Length == 0)
        {
            return
                answer.Status is 400 or 401 or 404 or 405 or 408 or 411 or 412 or 413 or 414 or 415 or 417 or 431 or 505
                ? null
                : FormattableString.Invariant($"{answer.Status} without a body");
        }
        if (answer.MediaType != "application/problem+json")
        {
            return FormattableString.Invariant($"{answer.Status} as {answer.MediaType}");
        }
        return IsJson(answer, root => root.GetProperty("status").GetInt32() == answer.Status)
            ? null
            : FormattableString.Invariant($"{answer.Status} that is no problem document");
    }

    private static bool IsJson(RawAnswer answer, Func<JsonElement, bool>? check = null)
    {
        // Lines of JSON each by itself.
        var isLines = answer.MediaType == "application/x-ndjson";
        try
        {
            foreach (var line in isLines ? Encoding.UTF8.GetString(answer.Body).Split('\n') : [])
            {
                using var one = JsonDocument.Parse(line.Length == 0 ? "null" : line);
            }
            if (isLines)
            {
                return true;
            }
            using var document = JsonDocument.Parse(answer.Body);
            return check?.Invoke(document.RootElement) ?? true;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return false;
        }
    }

    // Its last part is what nobody else can make.
    private static bool Echoes(RawAnswer answer, string token)
    {
        var signature = token[(token.LastIndexOf('.') + 1)..].Trim();
        return signature.Length >= 20
            && (
                answer.Head.Contains(signature, StringComparison.Ordinal)
                || answer.Body.AsSpan().IndexOf(Encoding.Latin1.GetBytes(signature)) >= 0
            );
    }

    // Base64 has more than one way to write the same bytes.
    private static bool Same(string token, string original)
    {
        var (parts, wanted) = (token.Trim().Split('.'), original.Split('.'));
        return parts.Length == wanted.Length
            && parts.Zip(wanted).All(pair => Decode(pair.First).AsSpan().SequenceEqual(Decode(pair.Second)));
    }

    private static byte[] Decode(string part)
    {
        try
        {
            return Base64Url.DecodeFromChars(part);
        }
        catch (FormatException)
        {
            return [];
        }
    }
}
