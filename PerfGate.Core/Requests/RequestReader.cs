using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using PerfGate.Core.Admission;

namespace PerfGate.Core.Requests;

/// <summary>Reads <c>{testType, configuration, environment}</c> as a caller sends it.</summary>
public static class RequestReader
{
    private static readonly string[] TestTypes = [.. Enum.GetValues<TestType>().Select(EnumText.Lower)];
    private static readonly string[] Environments = [.. Enum.GetValues<TargetEnvironment>().Select(EnumText.Lower)];

    /// <summary>
    /// Reads a request strictly: unknown fields, wrong types, repeated names and values out of range are errors, and all of
    /// them (up to a hundred) are told at once. What is read can be planned (<c>LoadPlanner.Plan</c>) without a further check.
    /// </summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="limits">What may be asked for.</param>
    public static Validated<RunRequest> Read(ReadOnlyMemory<byte> json, Limits limits)
    {
        if (json.Length > limits.RequestBytes)
        {
            return Refused(
                string.Create(CultureInfo.InvariantCulture, $"has {json.Length} bytes"),
                string.Create(CultureInfo.InvariantCulture, $"at most {limits.RequestBytes} bytes")
            );
        }
        if (!Utf8.IsValid(json.Span))
        {
            return Refused("is not valid UTF-8", "JSON in UTF-8");
        }
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = limits.JsonDepth });
            return Read(document.RootElement, limits);
        }
        catch (JsonException exception)
        {
            return Refused(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"is not valid JSON at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}"
                ),
                string.Create(CultureInfo.InvariantCulture, $"a JSON object, at most {limits.JsonDepth} levels deep")
            );
        }
    }

    private static Validated<RunRequest> Read(JsonElement root, Limits limits)
    {
        var errors = new ErrorList();
        if (!JsonSurvey.IsReadable(root, "", errors))
        {
            return Validated<RunRequest>.Refused(errors.Told());
        }
        if (FieldReader.Open(root, "", errors, "testType", "configuration", "environment") is not { } fields)
        {
            return Refused($"is {FieldReader.Kind(root)}", "a JSON object");
        }
        var type = Choice<TestType>(fields, "testType", TestTypes);
        var environment = Choice<TargetEnvironment>(fields, "environment", Environments);
        var configuration = fields.Raw("configuration", "an object with at least baseUrl") is { } value
            ? ConfigurationReader.Read(value, fields.At("configuration"), type, limits, errors)
            : null;
        return errors.IsEmpty
            ? Validated<RunRequest>.Ok(new RunRequest(type!.Value, configuration!, environment!.Value))
            : Validated<RunRequest>.Refused(errors.Told());
    }

    private static T? Choice<T>(FieldReader fields, string name, string[] choices)
        where T : struct, Enum
    {
        var allowed = $"one of {string.Join(", ", choices)}";
        if (fields.Text(name, 20, allowed, required: true) is not { } text)
        {
            return null;
        }
        if (Array.IndexOf(choices, text) is var index and >= 0)
        {
            return Enum.GetValues<T>()[index];
        }
        var meant = Suggestion.Nearest(text, choices) is { } near ? $"; did you mean {near}?" : "";
        fields.Refuse(fields.At(name), $"is \"{FieldPath.Shown(text)}\"{meant}", allowed);
        return null;
    }

    private static Validated<RunRequest> Refused(string problem, string allowed) =>
        Validated<RunRequest>.Refused([new FieldError("request", problem, allowed)]);
}
