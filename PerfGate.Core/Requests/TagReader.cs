using System.Text.RegularExpressions;
using PerfGate.Core.Admission;

namespace PerfGate.Core.Requests;

/// <summary>Reads the tags of a run.</summary>
internal static partial class TagReader
{
    private const string NameForm = "a letter, then up to 63 letters, digits or underscores";

    /// <summary>Tags that k6 sets itself: overwriting them would falsify what is measured by scenario, endpoint or status.</summary>
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "check",
        "error",
        "error_code",
        "expected_response",
        "group",
        "ip",
        "iter",
        "method",
        "name",
        "ocsp_status",
        "proto",
        "rpc_type",
        "scenario",
        "service",
        "status",
        "subproto",
        "tls_version",
        "url",
        "vu",
    };

    /// <summary>Reads them; what is wrong is noted.</summary>
    public static Dictionary<string, string> Read(FieldReader fields, Limits limits) =>
        fields.Map(
            "tags",
            limits.Tags,
            (name, value, path) =>
            {
                if (!TagName().IsMatch(name))
                {
                    fields.Refuse(path, "is not a tag name", NameForm);
                }
                else if (Reserved.Contains(name))
                {
                    fields.Refuse(path, "is a tag that k6 sets itself", "a name of your own");
                }
                return fields.Text(value, path, limits.TagValueLength, "a text");
            }
        );

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TagName();
}
