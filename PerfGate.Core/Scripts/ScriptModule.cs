using System.Text.RegularExpressions;

namespace PerfGate.Core.Scripts;

/// <summary>
/// One JavaScript module of k6-scripts/, read by its conventions: imports one a line at the top, exports only as
/// <c>export function name</c> or <c>export const name</c>.
/// </summary>
internal sealed partial record ScriptModule(
    string Path,
    IReadOnlyList<ScriptImport> Imports,
    IReadOnlySet<string> Exports,
    IReadOnlyList<string> TopLevelNames,
    string Body
)
{
    /// <summary>Reads a module.</summary>
    /// <exception cref="InvalidOperationException">The module does not keep to the conventions.</exception>
    public static ScriptModule Parse(string path, string source)
    {
        var imports = new List<ScriptImport>();
        var exports = new HashSet<string>(StringComparer.Ordinal);
        var names = new List<string>();
        var body = new List<string>();
        foreach (var line in source.ReplaceLineEndings("\n").Split('\n'))
        {
            if (line.StartsWith("import ", StringComparison.Ordinal))
            {
                imports.Add(ScriptImport.Parse(path, line));
                continue;
            }
            var declaration = Declaration().Match(line);
            if (declaration.Success)
            {
                names.Add(declaration.Groups["name"].Value);
                if (declaration.Groups["export"].Success)
                {
                    exports.Add(declaration.Groups["name"].Value);
                }
                body.Add(line[declaration.Groups["export"].Length..]);
                continue;
            }
            if (line.StartsWith("export", StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"{path}: only functions and constants can be exported: {line}");
            }
            body.Add(line);
        }
        return new ScriptModule(path, imports, exports, names, string.Join('\n', body).Trim('\n'));
    }

    [GeneratedRegex(
        @"^(?<export>export\s+)?(async\s+)?(function\*?|const|let|var|class)\s+(?<name>[A-Za-z_$][A-Za-z0-9_$]*)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Declaration();
}

/// <summary>One import line: a default name, or names in braces, from a k6 module or a file beside this one.</summary>
internal sealed partial record ScriptImport(string? Default, IReadOnlyList<string> Names, string From)
{
    /// <summary>Whether it names a file of k6-scripts/.</summary>
    public bool IsRelative => From.StartsWith('.');

    /// <summary>Reads a line.</summary>
    /// <exception cref="InvalidOperationException">The line is another kind of import.</exception>
    public static ScriptImport Parse(string path, string line)
    {
        var match = Form().Match(line);
        return match.Success
            ? new ScriptImport(
                match.Groups["default"] is { Success: true } name ? name.Value : null,
                [.. match.Groups["name"].Captures.Select(capture => capture.Value)],
                match.Groups["from"].Value
            )
            : throw new InvalidOperationException($"{path}: this kind of import cannot be bundled: {line}");
    }

    [GeneratedRegex(
        @"^import\s+((?<default>[A-Za-z_$][\w$]*|\*\s+as\s+[A-Za-z_$][\w$]*)|((?<default>[A-Za-z_$][\w$]*)\s*,\s*)?\{\s*(?<name>[A-Za-z_$][\w$]*)(\s*,\s*(?<name>[A-Za-z_$][\w$]*))*\s*,?\s*\})\s+from\s+(""(?<from>[^""]+)""|'(?<from>[^']+)')\s*;?\s*\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Form();
}
