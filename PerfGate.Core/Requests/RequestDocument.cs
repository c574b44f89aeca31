using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using PerfGate.Core.Admission;

namespace PerfGate.Core.Requests;

/// <summary>Opens the body of a request: one JSON object within the limits, readable as a whole, before any field is read.</summary>
internal static class RequestDocument
{
    /// <summary>What a body as a whole is called in errors.</summary>
    public const string Whole = "request";

    /// <summary>
    /// Opens it and reads it. <paramref name="read"/> is given the object and notes what is wrong; what it answers counts only
    /// where nothing was. It must keep no <see cref="JsonElement"/> that it did not clone.
    /// </summary>
    public static Validated<T> Read<T>(ReadOnlyMemory<byte> json, Limits limits, Func<JsonElement, ErrorList, T?> read)
        where T : class
    {
        if (json.Length > limits.RequestBytes)
        {
            return Refused<T>(
                string.Create(CultureInfo.InvariantCulture, $"has {json.Length} bytes"),
                string.Create(CultureInfo.InvariantCulture, $"at most {limits.RequestBytes} bytes")
            );
        }
        if (!Utf8.IsValid(json.Span))
        {
            return Refused<T>("is not valid UTF-8", "JSON in UTF-8");
        }
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = limits.JsonDepth });
            return Read(document.RootElement, read);
        }
        catch (JsonException exception)
        {
            return Refused<T>(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"is not valid JSON at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}"
                ),
                string.Create(CultureInfo.InvariantCulture, $"a JSON object, at most {limits.JsonDepth} levels deep")
            );
        }
    }

    private static Validated<T> Read<T>(JsonElement root, Func<JsonElement, ErrorList, T?> read)
        where T : class
    {
        var errors = new ErrorList();
        if (!JsonSurvey.IsReadable(root, () => "", errors))
        {
            return Validated<T>.Refused(errors.Told());
        }
        if (root.ValueKind != JsonValueKind.Object)
        {
            return Refused<T>($"is {FieldReader.Kind(root)}", "a JSON object");
        }
        var value = read(root, errors);
        return errors.IsEmpty ? Validated<T>.Ok(value!) : Validated<T>.Refused(errors.Told());
    }

    private static Validated<T> Refused<T>(string problem, string allowed)
        where T : class => Validated<T>.Refused([new FieldError(Whole, problem, allowed)]);
}
