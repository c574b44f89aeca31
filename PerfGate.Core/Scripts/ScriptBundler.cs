using System.Text;

namespace PerfGate.Core.Scripts;

/// <summary>
/// Joins modules of k6-scripts/ into one text without relative imports: dependencies first, each module once, only what is
/// used, k6's own imports merged at the top. The same modules and names give the same text.
/// </summary>
public sealed class ScriptBundler
{
    private readonly Dictionary<string, ScriptModule> modules;

    /// <summary>Makes one from module sources by path (<c>lib/steps.js</c>).</summary>
    /// <exception cref="InvalidOperationException">A module does not keep to the conventions.</exception>
    public ScriptBundler(IReadOnlyDictionary<string, string> sources) =>
        modules = sources.ToDictionary(
            source => source.Key,
            source => ScriptModule.Parse(source.Key, source.Value),
            StringComparer.Ordinal
        );

    /// <summary>Bundles the modules that export the names given, with all they need.</summary>
    /// <exception cref="InvalidOperationException">
    /// No module (or several) exports a name, an import leads nowhere or in a circle, or two modules use one top-level name.
    /// </exception>
    public ScriptBundle Bundle(IEnumerable<string> exportedNames)
    {
        var ordered = new List<ScriptModule>();
        foreach (var name in exportedNames)
        {
            Visit(Exporter(name), ordered, []);
        }
        var twice = ordered
            .SelectMany(module => module.TopLevelNames)
            .GroupBy(name => name, StringComparer.Ordinal)
            .FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
        {
            throw new InvalidOperationException($"The name {twice.Key} is declared in two bundled modules.");
        }
        return new ScriptBundle(Imports(ordered), Bodies(ordered));
    }

    private ScriptModule Exporter(string name)
    {
        var exporters = modules.Values.Where(module => module.Exports.Contains(name)).ToArray();
        return exporters.Length == 1
            ? exporters[0]
            : throw new InvalidOperationException(
                $"{name} is exported by {exporters.Length} modules of k6-scripts, not by exactly one."
            );
    }

    private void Visit(ScriptModule module, List<ScriptModule> ordered, List<string> way)
    {
        if (ordered.Contains(module))
        {
            return;
        }
        if (way.Contains(module.Path))
        {
            throw new InvalidOperationException($"Modules import in a circle: {string.Join(" -> ", way)}");
        }
        foreach (var import in module.Imports.Where(import => import.IsRelative))
        {
            var path = Resolve(module.Path, import.From);
            if (!modules.TryGetValue(path, out var dependency))
            {
                throw new InvalidOperationException($"{module.Path} imports {import.From}, which is not there.");
            }
            if (
                import.Default is not null
                || import.Names.FirstOrDefault(name => !dependency.Exports.Contains(name)) is not null
            )
            {
                throw new InvalidOperationException($"{module.Path} imports from {path} what it does not export.");
            }
            Visit(dependency, ordered, [.. way, module.Path]);
        }
        ordered.Add(module);
    }

    private static string Resolve(string importer, string relative)
    {
        var parts = importer.Split('/').SkipLast(1).ToList();
        foreach (var part in relative.Split('/').Where(part => part != "."))
        {
            if (part != "..")
            {
                parts.Add(part);
            }
            else if (parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
        }
        return string.Join('/', parts);
    }

    private static string Imports(List<ScriptModule> ordered)
    {
        var text = new StringBuilder();
        var imports = ordered.SelectMany(module => module.Imports).Where(import => !import.IsRelative);
        foreach (
            var group in imports.GroupBy(import => import.From).OrderBy(group => group.Key, StringComparer.Ordinal)
        )
        {
            var defaults = group
                .Select(import => import.Default)
                .OfType<string>()
                .Distinct()
                .Order(StringComparer.Ordinal);
            foreach (var name in defaults)
            {
                text.Append("import ").Append(name).Append(" from ").Append(JsLiteral.Text(group.Key)).Append(";\n");
            }
            var names = group.SelectMany(import => import.Names).Distinct().Order(StringComparer.Ordinal).ToArray();
            if (names.Length > 0)
            {
                text.Append("import { ").AppendJoin(", ", names).Append(" } from ");
                text.Append(JsLiteral.Text(group.Key)).Append(";\n");
            }
        }
        return text.ToString();
    }

    private static string Bodies(List<ScriptModule> ordered)
    {
        var text = new StringBuilder();
        foreach (var module in ordered)
        {
            text.Append("// ---- ").Append(module.Path).Append('\n').Append(module.Body).Append("\n\n");
        }
        return text.ToString();
    }
}

/// <summary>Bundled modules.</summary>
/// <param name="Imports">Import lines of k6's own modules.</param>
/// <param name="Body">Declarations, nothing exported.</param>
public sealed record ScriptBundle(string Imports, string Body);
