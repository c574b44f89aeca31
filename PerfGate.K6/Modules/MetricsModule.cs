using System.Diagnostics;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using PerfGate.K6.Metrics;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Modules;

/// <summary>Module <c>k6/metrics</c>.</summary>
internal static class MetricsModule
{
    public static ObjectInstance Create(Vu vu)
    {
        var module = new JsObject(vu.Engine);
        foreach (var type in Enum.GetValues<MetricType>())
        {
            var construct = vu.Engine.Function(type.ToString(), arguments => Construct(vu, type, arguments));
            // Scripts say `new Trend(...)`: only a function of JavaScript's own can be constructed.
            module.Set(type.ToString(), ScriptClass.Wrap(vu.Engine, type.ToString(), construct));
        }
        return module;
    }

    private static JsObject Construct(Vu vu, MetricType type, JsValue[] arguments)
    {
        if (!vu.IsInit)
        {
            throw vu.Engine.Error("metrics must be declared in the init context");
        }
        var name = arguments.At(0).ToString();
        if (!System.Text.RegularExpressions.Regex.IsMatch(name, "^[a-zA-Z_][a-zA-Z0-9_]{0,127}$"))
        {
            throw vu.Engine.Error(
                $"Invalid metric name '{name}'. Metric names must only include up to 128 ASCII letters, numbers, or underscores, and start with a letter or an underscore."
            );
        }
        Metric metric;
        try
        {
            var isTime = TypeConverter.ToBoolean(arguments.At(1));
            metric = vu.Test.Registry.GetOrAdd(name, type, isTime ? MetricContains.Time : MetricContains.Default);
        }
        catch (ScriptException e)
        {
            throw vu.Engine.Error(e.Message);
        }
        var instance = new JsObject(vu.Engine);
        instance.Set("name", name);
        instance.AddFunction("add", values => Add(vu, metric, values));
        return instance;
    }

    private static JsBoolean Add(Vu vu, Metric metric, JsValue[] arguments)
    {
        CoreModule.RequireRunning(vu, "metric.add()");
        var given = arguments.At(0);
        var value = given.IsBoolean() ? (given.AsBoolean() ? 1 : 0) : TypeConverter.ToNumber(given);
        if (!double.IsFinite(value) || (metric.Type == MetricType.Counter && value < 0))
        {
            var message =
                $"'{given}' is an invalid value for metric '{metric.Name}', a number or a boolean value is expected";
            if (vu.Test.Options.Throw)
            {
                throw vu.Engine.Error(message);
            }
            vu.Test.Log.Warn(message);
            return JsBoolean.False;
        }
        var stored = metric.Type == MetricType.Rate ? (value != 0 ? 1 : 0) : value;
        vu.Emit(metric, CoreModule.TagsFrom(vu, vu.Tags, arguments.At(1)), stored, Stopwatch.GetTimestamp());
        return JsBoolean.True;
    }
}

/// <summary>Makes functions in C# usable with <c>new</c>.</summary>
internal static class ScriptClass
{
    private static readonly Prepared<Acornima.Ast.Script> Wrapper = Engine.PrepareScript(
        "(construct, name) => Object.defineProperty(function (...args) { return construct(...args); }, 'name', { value: name })"
    );

    public static JsValue Wrap(Engine engine, string name, JsValue construct) =>
        engine.Call(engine.Evaluate(Wrapper), construct, name);
}
