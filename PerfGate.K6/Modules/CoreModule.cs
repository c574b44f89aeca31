using System.Diagnostics;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using PerfGate.K6.Metrics;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Modules;

/// <summary>Module <c>k6</c>: check, group, sleep, fail, randomSeed.</summary>
internal static class CoreModule
{
    public static ObjectInstance Create(Vu vu)
    {
        var module = new JsObject(vu.Engine);
        module.AddFunction("check", arguments => Check(vu, arguments));
        module.AddFunction("group", arguments => Group(vu, arguments));
        module.AddFunction("sleep", arguments => Sleep(vu, arguments));
        module.AddFunction(
            "fail",
            arguments => throw vu.Engine.Error(arguments.At(0).IsUndefined() ? "" : arguments[0].ToString())
        );
        module.AddFunction("randomSeed", arguments => Seed(vu, arguments));
        return module;
    }

    private static JsBoolean Check(Vu vu, JsValue[] arguments)
    {
        RequireRunning(vu, "check()");
        if (arguments.Length < 2 || arguments[1] is not ObjectInstance checks)
        {
            throw vu.Engine.TypeError("no checks provided");
        }
        var tags = TagsFrom(vu, vu.Tags, arguments.At(2));
        var all = true;
        foreach (var (name, test) in JintValues.Members(checks))
        {
            if (name.Contains("::", StringComparison.Ordinal))
            {
                throw vu.Engine.Error("group and check names may not contain '::'");
            }
            var held = false;
            try
            {
                var result = test is Jint.Native.Function.Function function
                    ? vu.Engine.Call(function, arguments[0])
                    : test;
                held = TypeConverter.ToBoolean(result);
            }
            finally
            {
                // An exception in a check counts as a failure of it, and goes on.
                vu.Emit(
                    vu.Test.Metrics.Checks,
                    vu.WithSystemTag(tags, "check", name),
                    held ? 1 : 0,
                    Stopwatch.GetTimestamp()
                );
            }
            all &= held;
        }
        return all ? JsBoolean.True : JsBoolean.False;
    }

    private static JsValue Group(Vu vu, JsValue[] arguments)
    {
        RequireRunning(vu, "group()");
        var name = arguments.At(0).ToString();
        if (name.Contains("::", StringComparison.Ordinal))
        {
            throw vu.Engine.Error("group and check names may not contain '::'");
        }
        if (arguments.At(1) is not Jint.Native.Function.Function function)
        {
            throw vu.Engine.TypeError("group() requires a callback as a second argument");
        }
        return vu.InGroup(name, () => vu.Engine.Call(function, JsValue.Undefined)) is var result && result.IsPromise()
            ? throw vu.Engine.TypeError(
                "group() does not support async functions as arguments, please see https://grafana.com/docs/k6/latest/javascript-api/k6/group/ for more info"
            )
            : result;
    }

    private static JsValue Sleep(Vu vu, JsValue[] arguments)
    {
        RequireRunning(vu, "sleep()");
        var seconds = TypeConverter.ToNumber(arguments.At(0));
        if (seconds > 0)
        {
            vu.Sleep(TimeSpan.FromSeconds(Math.Min(seconds, 86_400)));
        }
        return JsValue.Undefined;
    }

    private static JsValue Seed(Vu vu, JsValue[] arguments)
    {
        // Repeatable, but not k6's own sequence.
        var random = new Random(unchecked((int)(long)TypeConverter.ToNumber(arguments.At(0))));
        var math = (ObjectInstance)vu.Engine.GetValue("Math");
        math.Set("random", vu.Engine.Function("random", _ => JsNumber.Create(random.NextDouble())));
        return JsValue.Undefined;
    }

    /// <summary>Refuses what only makes sense while the test runs.</summary>
    public static void RequireRunning(Vu vu, string what)
    {
        if (vu.IsInit)
        {
            throw vu.Engine.Error($"{what} is not supported in the init context");
        }
    }

    /// <summary>Tags with those of a script's object.</summary>
    public static TagSet TagsFrom(Vu vu, TagSet tags, JsValue source)
    {
        foreach (var (name, value) in JintValues.Members(source))
        {
            if (value is ObjectInstance)
            {
                throw vu.Engine.TypeError(
                    $"invalid value for metric tag '{name}': only String, Boolean and Number types are accepted as a metric tag values"
                );
            }
            tags = tags.With(name, value.ToString());
        }
        return tags;
    }
}
