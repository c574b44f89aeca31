using System.Text;
using Jint;
using Jint.Native;
using Jint.Native.Json;
using Jint.Native.Object;
using Jint.Runtime;

namespace PerfGate.K6.Scripting;

/// <summary>The globals k6 gives scripts: __ENV, __VU, __ITER, open, console, timers.</summary>
internal static class ScriptGlobals
{
    public static void Install(Vu vu)
    {
        var engine = vu.Engine;
        engine.SetValue("__VU", JsNumber.Create(vu.GlobalId));
        engine.SetValue("__ITER", JsNumber.Create(0));
        SetEnvironment(vu, new Dictionary<string, string>());
        engine.SetValue("open", engine.Function("open", arguments => Open(vu, arguments)));
        var console = new JsObject(engine);
        foreach (
            var (name, level) in new[]
            {
                ("log", "info"),
                ("info", "info"),
                ("debug", "debug"),
                ("warn", "warning"),
                ("error", "error"),
            }
        )
        {
            console.Set(name, engine.Function(name, arguments => Log(vu, level, arguments)));
        }
        engine.SetValue("console", console);
        AddTimer(vu, "setTimeout", false);
        AddTimer(vu, "setInterval", true);
        foreach (var name in new[] { "clearTimeout", "clearInterval" })
        {
            engine.SetValue(name, engine.Function(name, arguments => Clear(vu, arguments)));
        }
    }

    public static void SetEnvironment(Vu vu, IReadOnlyDictionary<string, string> more)
    {
        var environment = new JsObject(vu.Engine);
        foreach (var (name, value) in vu.Test.Environment.Concat(more))
        {
            environment.Set(name, value);
        }
        vu.Engine.SetValue("__ENV", environment);
    }

    /// <summary>What setup() returned, as each VU's own copy: made new for each iteration, as scripts may change it.</summary>
    public static JsValue SetupData(Vu vu, string? json) =>
        json is null ? JsValue.Undefined : new JsonParser(vu.Engine).Parse(json);

    private static void AddTimer(Vu vu, string name, bool repeats) =>
        vu.Engine.SetValue(
            name,
            vu.Engine.Function(
                name,
                arguments =>
                {
                    if (vu.IsInit)
                    {
                        throw vu.Engine.Error($"{name} is not available in the init context");
                    }
                    var callback = arguments.At(0);
                    var rest = arguments.Skip(2).ToArray();
                    return JsNumber.Create(
                        vu.Loop.AddTimer(
                            () => vu.Engine.Invoke(callback, JsValue.Undefined, [.. rest]),
                            arguments.Length > 1 ? TypeConverter.ToNumber(arguments[1]) : 0,
                            repeats
                        )
                    );
                }
            )
        );

    private static JsValue Clear(Vu vu, JsValue[] arguments)
    {
        if (arguments.At(0).IsNumber())
        {
            vu.Loop.ClearTimer((long)arguments[0].AsNumber());
        }
        return JsValue.Undefined;
    }

    private static JsValue Open(Vu vu, JsValue[] arguments)
    {
        if (!vu.IsInit)
        {
            throw vu.Engine.Error("open() can only be used in the init context (the global scope of the script)");
        }
        var name = arguments.At(0).ToString();
        if (name.Length == 0)
        {
            throw vu.Engine.Error("open() can't be used with an empty filename");
        }
        var path = Path.GetFullPath(name.Replace("file://", "", StringComparison.Ordinal), vu.Test.Source.Folder);
        byte[] content;
        try
        {
            content = vu.Test.Files.GetOrAdd(path, File.ReadAllBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw vu.Engine.Error($"open {path}: {e.Message}");
        }
        return arguments.At(1).ToString() == "b"
            ? vu.Engine.Buffer(content)
            : JsString.Create(Encoding.UTF8.GetString(content));
    }

    private static JsValue Log(Vu vu, string level, JsValue[] arguments)
    {
        if (level != "debug")
        {
            vu.Test.Log.Write(
                level,
                string.Join(' ', arguments.Select(argument => Show(vu.Engine, argument))),
                [("source", "console")]
            );
        }
        return JsValue.Undefined;
    }

    private static string Show(Engine engine, JsValue value)
    {
        if (value is not ObjectInstance || value is Jint.Native.Function.Function)
        {
            return value.ToString();
        }
        if (value is Jint.Native.JsError)
        {
            return value.ToString();
        }
        try
        {
            var json = new JsonSerializer(engine).Serialize(value);
            return json.IsUndefined() ? value.ToString() : json.ToString();
        }
        catch (JavaScriptException)
        {
            return value.ToString();
        }
    }
}
