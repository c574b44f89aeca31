using Acornima.Ast;
using Jint;
using Jint.Runtime.Modules;
using Module = Acornima.Ast.Module;

namespace PerfGate.K6.Scripting;

/// <summary>A script with all modules it imports, each parsed once and shared by all VUs.</summary>
public sealed class ScriptSource
{
    private readonly Dictionary<string, Prepared<Module>> _modules = [];

    private ScriptSource(string mainFile) => Main = "file://" + mainFile;

    /// <summary>Key of the script itself: its <c>file://</c> address.</summary>
    public string Main { get; }

    /// <summary>k6 modules the script imports, such as <c>k6/http</c>.</summary>
    public IReadOnlySet<string> Builtins => _builtins;

    private readonly HashSet<string> _builtins = [];

    /// <summary>The folder of the script.</summary>
    public string Folder => Path.GetDirectoryName(Main["file://".Length..]) ?? "/";

    /// <summary>Reads and parses a script and what it imports.</summary>
    /// <exception cref="ScriptException">A file is missing, does not parse, or imports what is not supported.</exception>
    public static ScriptSource Load(string file)
    {
        var source = new ScriptSource(Path.GetFullPath(file));
        source.Add(source.Main, file);
        return source;
    }

    /// <summary>Parses a script that is in no file.</summary>
    public static ScriptSource FromText(string name, string text)
    {
        var source = new ScriptSource("/" + name);
        source.Add(source.Main, Engine.PrepareModule(text, source.Main));
        return source;
    }

    /// <summary>The key of an imported module.</summary>
    /// <exception cref="ScriptException">It is not supported.</exception>
    public static string Resolve(string? importer, string specifier)
    {
        if (specifier == "k6" || specifier.StartsWith("k6/", StringComparison.Ordinal))
        {
            return Modules.ModuleCatalog.IsSupported(specifier)
                ? specifier
                : throw new ScriptException($"{specifier} is not supported by the embedded engine; install k6");
        }
        if (
            specifier.Contains("://", StringComparison.Ordinal)
            && !specifier.StartsWith("file://", StringComparison.Ordinal)
        )
        {
            throw new ScriptException(
                $"remote modules are not supported by the embedded engine ({specifier}); install k6"
            );
        }
        var path = specifier.StartsWith("file://", StringComparison.Ordinal)
            ? specifier["file://".Length..]
            : specifier;
        if (path[0] is not ('.' or '/') && !Path.IsPathRooted(path))
        {
            throw new ScriptException($"unknown module: {specifier}");
        }
        var folder = Path.GetDirectoryName(importer?.Replace("file://", "", StringComparison.Ordinal)) ?? ".";
        return "file://" + Path.GetFullPath(path, folder);
    }

    /// <summary>A parsed module.</summary>
    /// <exception cref="ScriptException">It cannot be read or parsed (dynamic imports come here first).</exception>
    public Prepared<Module> Get(string key)
    {
        lock (_modules)
        {
            if (!_modules.ContainsKey(key))
            {
                Add(key, key["file://".Length..]);
            }
            return _modules[key];
        }
    }

    private void Add(string key, string shownAs)
    {
        var path = key["file://".Length..];
        if (!File.Exists(path))
        {
            throw new ScriptException(
                $"The moduleSpecifier \"{shownAs}\" couldn't be found on local disk. Make sure that you've specified the right path to the file."
            );
        }
        Prepared<Module> module;
        try
        {
            module = Engine.PrepareModule(File.ReadAllText(path), key);
        }
        catch (Exception e) when (e is Acornima.ParseErrorException or ScriptPreparationException)
        {
            throw new ScriptException($"{key}: {e.GetBaseException().Message}");
        }
        Add(key, module);
    }

    private void Add(string key, Prepared<Module> module)
    {
        _modules[key] = module;
        foreach (var specifier in Imports(module.Program!))
        {
            var imported = Resolve(key, specifier);
            if (!imported.StartsWith("file://", StringComparison.Ordinal))
            {
                _builtins.Add(imported);
            }
            else if (!_modules.ContainsKey(imported))
            {
                Add(imported, specifier);
            }
        }
    }

    private static IEnumerable<string> Imports(Module module) =>
        module
            .Body.Select(statement =>
                statement switch
                {
                    ImportDeclaration import => import.Source.Value,
                    ExportNamedDeclaration { Source: { } from } => from.Value,
                    ExportAllDeclaration all => all.Source.Value,
                    _ => null,
                }
            )
            .OfType<string>();
}

/// <summary>Gives a VU's engine the parsed modules.</summary>
internal sealed class SharedModuleLoader(ScriptSource source) : IModuleLoader
{
    public ResolvedSpecifier Resolve(string? referencingModuleLocation, ModuleRequest moduleRequest)
    {
        var key =
            referencingModuleLocation is null && moduleRequest.Specifier == source.Main
                ? source.Main
                : ScriptSource.Resolve(referencingModuleLocation, moduleRequest.Specifier);
        return new ResolvedSpecifier(moduleRequest, key, null, SpecifierType.Bare);
    }

    public Jint.Runtime.Modules.Module LoadModule(Engine engine, ResolvedSpecifier resolved) =>
        ModuleFactory.BuildSourceTextModule(engine, source.Get(resolved.Key));
}
