using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using PerfGate.Core.Admission;

namespace PerfGate.Core.Requests;

/// <summary>Reads one step of a custom scenario.</summary>
internal static partial class StepReader
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    private static readonly string[] Known =
    [
        "name",
        "method",
        "path",
        "headers",
        "body",
        "checks",
        "capture",
        "thinkTime",
    ];

    /// <summary>Headers that the connection itself sets: a script that sets them breaks its own requests.</summary>
    private static readonly HashSet<string> ForbiddenHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection",
        "Content-Length",
        "Host",
        "Transfer-Encoding",
        "Upgrade",
    };

    /// <summary>Reads one; null where it lacks what a step needs. Adds what it captures to <paramref name="captured"/>.</summary>
    public static ScenarioStep? Read(
        JsonElement entry,
        string path,
        HashSet<string> captured,
        Limits limits,
        ErrorList errors
    )
    {
        if (FieldReader.Open(entry, path, errors, Known) is not { } fields)
        {
            return null;
        }
        var name = fields.Text("name", limits.StepNameLength, "a text");
        if (name is not null && name.Contains("::", StringComparison.Ordinal))
        {
            fields.Refuse(fields.At("name"), "holds ::, which separates groups in k6", "a text without ::");
        }
        var method = Method(fields);
        var url = Path(fields, limits);
        var headers = Headers(fields, limits);
        var (body, isJson) = Body(fields, limits);
        if (isJson && !headers.Keys.Contains("content-type", StringComparer.OrdinalIgnoreCase))
        {
            headers["Content-Type"] = "application/json";
        }
        if (body is not null && method is "GET" or "HEAD")
        {
            fields.Refuse(fields.At("body"), $"is given to a {method} request", "no body, or another method");
        }
        var checks = fields.Items(
            "checks",
            limits.Checks,
            (check, at) => StepCheckReader.Read(check, at, limits, errors)
        );

        // Only values of steps before this one can be there.
        CheckReferences(fields, "path", url, captured);
        CheckReferences(fields, "body", body, captured);
        foreach (var (header, value) in headers)
        {
            CheckReferences(fields, FieldPath.Member("headers", header), value, captured);
        }
        var capture = Captures(fields, limits);
        captured.UnionWith(capture.Keys);

        var thinkTime = fields.Duration("thinkTime", TimeSpan.Zero, limits.ThinkTime);
        return method is null || url is null
            ? null
            : new ScenarioStep
            {
                Name = name,
                Method = method,
                Path = url,
                Headers = headers,
                Body = body,
                Checks = checks,
                Capture = capture,
                ThinkTime = thinkTime,
            };
    }

    private static string? Method(FieldReader fields)
    {
        var allowed = $"one of {string.Join(", ", Methods)}";
        var method = fields.Text("method", 10, allowed, required: true);
        if (method is null || Methods.Contains(method, StringComparer.Ordinal))
        {
            return method;
        }
        fields.Refuse(fields.At("method"), $"is \"{FieldPath.Shown(method)}\"", allowed);
        return null;
    }

    private static string? Path(FieldReader fields, Limits limits)
    {
        const string allowed = "a path on the base URL that begins with /, without spaces, backslashes or fragment";
        var path = fields.Text("path", limits.UrlLength, allowed, required: true);
        if (path is null || (path[0] == '/' && !path.Any(c => char.IsWhiteSpace(c) || c is '\\' or '#')))
        {
            return path;
        }
        fields.Refuse(fields.At("path"), $"is \"{FieldPath.Shown(path)}\"", allowed);
        return null;
    }

    private static Dictionary<string, string> Headers(FieldReader fields, Limits limits)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return fields.Map(
            "headers",
            limits.Headers,
            (name, value, path) =>
            {
                if (name.Length > limits.HeaderNameLength || !HeaderName().IsMatch(name))
                {
                    fields.Refuse(
                        path,
                        "is not a header name",
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"1 to {limits.HeaderNameLength} letters, digits or -_.!#$%&'*+^`|~"
                        )
                    );
                }
                else if (ForbiddenHeaders.Contains(name))
                {
                    fields.Refuse(path, "is a header that the connection sets itself", "another header");
                }
                else if (!seen.Add(name))
                {
                    fields.Refuse(path, "is given twice in different case", "each header once");
                }
                var text = fields.Text(value, path, limits.HeaderValueLength, "a text without line breaks");
                if (text is not null && SensitiveContent.Problem(name, text, path) is { } open)
                {
                    fields.Refuse(open.Field, open.Problem, open.Allowed);
                }
                return text;
            }
        );
    }

    /// <summary>A body as text, or as JSON that is written as text.</summary>
    private static (string? Body, bool IsJson) Body(FieldReader fields, Limits limits)
    {
        if (fields.Raw("body") is not { } value)
        {
            return (null, false);
        }
        if (value.ValueKind is not (JsonValueKind.String or JsonValueKind.Object or JsonValueKind.Array))
        {
            fields.Refuse(fields.At("body"), $"is {FieldReader.Kind(value)}", "a text, a JSON object or a JSON array");
            return (null, false);
        }
        var isJson = value.ValueKind != JsonValueKind.String;
        var body = isJson ? JsonSerializer.Serialize(value) : value.GetString()!;
        if (Encoding.UTF8.GetByteCount(body) is var bytes && bytes > limits.BodyBytes)
        {
            fields.Refuse(
                fields.At("body"),
                string.Create(CultureInfo.InvariantCulture, $"has {bytes} bytes"),
                string.Create(CultureInfo.InvariantCulture, $"at most {limits.BodyBytes} bytes")
            );
        }
        return (body, isJson);
    }

    private static Dictionary<string, string> Captures(FieldReader fields, Limits limits) =>
        fields.Map(
            "capture",
            limits.Captures,
            (name, value, path) =>
            {
                if (!CaptureName().IsMatch(name))
                {
                    fields.Refuse(
                        path,
                        "is not a name for a captured value",
                        "a letter, then up to 63 letters, digits or underscores"
                    );
                }
                return StepCheckReader.JsonPath(fields, value, path, limits);
            }
        );

    private static void CheckReferences(FieldReader fields, string field, string? text, HashSet<string> captured)
    {
        if (text is not null && !SecretReferences.AreWhole(text))
        {
            fields.Refuse($"{fields.Path}.{field}", "refers to a secret in another way", SecretReferences.Form);
        }
        foreach (var name in StepText.References(text ?? ""))
        {
            if (!captured.Contains(name) && !StepText.BuiltInValues.Contains(name))
            {
                fields.Refuse(
                    $"{fields.Path}.{field}",
                    $"uses {{{{{FieldPath.Shown(name)}}}}}, which no step before this one captures",
                    $"one of {string.Join(", ", captured.Concat(StepText.BuiltInValues).Order(StringComparer.Ordinal).Select(FieldPath.Shown))}"
                );
            }
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9_.!#$%&'*+^`|~-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex HeaderName();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex CaptureName();
}
