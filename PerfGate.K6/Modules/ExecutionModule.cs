using System.Diagnostics;
using Jint;
using Jint.Native;
using Jint.Native.Json;
using Jint.Native.Object;
using Jint.Runtime;
using PerfGate.K6.Executors;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Modules;

/// <summary>Module <c>k6/execution</c>: where in the test the script is, and ways to end it.</summary>
internal static class ExecutionModule
{
    private static readonly Prepared<Acornima.Ast.Script> TagView = Engine.PrepareScript(
        """
        (get, set, names, remove) => new Proxy({}, {
          get: (_, key) => (typeof key === 'string' ? get(key) : undefined),
          set: (_, key, value) => { set(key, value); return true; },
          has: (_, key) => get(key) !== undefined,
          deleteProperty: (_, key) => { remove(key); return true; },
          ownKeys: () => names(),
          getOwnPropertyDescriptor: (_, key) => {
            const value = get(key);
            return value === undefined ? undefined : { value, writable: true, enumerable: true, configurable: true };
          },
        })
        """
    );

    public static ObjectInstance Create(Vu vu)
    {
        var module = new JsObject(vu.Engine);
        module.Set("scenario", Scenario(vu));
        module.Set("instance", Instance(vu));
        module.Set("vu", VirtualUser(vu));
        module.Set("test", Test(vu));
        return module;
    }

    private static JsObject Scenario(Vu vu)
    {
        ScenarioState Current() =>
            vu.Scenario
            ?? throw vu.Engine.Error("getting scenario information outside of the VU context is not supported");
        var scenario = new JsObject(vu.Engine);
        scenario.AddGetter("name", () => Current().Options.Name);
        scenario.AddGetter("executor", () => Current().Options.Executor);
        scenario.AddGetter("startTime", () => RunClock.At(Current().StartedAt) / 1000d);
        scenario.AddGetter("progress", () => Current().Progress);
        scenario.AddGetter("iterationInInstance", () => (Current(), vu.ScenarioIterationNumber.Local).Local);
        scenario.AddGetter("iterationInTest", () => (Current(), vu.ScenarioIterationNumber.Global).Global);
        return scenario;
    }

    private static JsObject Instance(Vu vu)
    {
        var counters = vu.Test.Counters;
        var instance = new JsObject(vu.Engine);
        instance.AddGetter(
            "currentTestRunDuration",
            () => RunClock.Milliseconds(vu.Test.StartedAt, Stopwatch.GetTimestamp())
        );
        instance.AddGetter("iterationsCompleted", () => counters.Complete);
        instance.AddGetter("iterationsInterrupted", () => counters.Interrupted);
        instance.AddGetter("vusActive", () => counters.ActiveVus);
        instance.AddGetter("vusInitialized", () => counters.InitializedVus);
        return instance;
    }

    private static JsObject VirtualUser(Vu vu)
    {
        var user = new JsObject(vu.Engine);
        user.AddGetter("idInInstance", () => vu.Id);
        user.AddGetter("idInTest", () => vu.GlobalId);
        user.AddGetter("iterationInInstance", () => vu.Iteration);
        user.AddGetter("iterationInScenario", () => vu.ScenarioIteration);
        var tags = Tags(vu);
        var metrics = new JsObject(vu.Engine);
        metrics.Set("tags", tags);
        user.Set("tags", tags);
        user.Set("metrics", metrics);
        return user;
    }

    private static JsValue Tags(Vu vu)
    {
        var engine = vu.Engine;
        return engine.Call(
            engine.Evaluate(TagView),
            engine.Function(
                "get",
                arguments => vu.Tags.Find(arguments[0].ToString()) is { } value ? value : JsValue.Undefined
            ),
            engine.Function(
                "set",
                arguments =>
                {
                    if (arguments[1] is ObjectInstance || arguments[1].IsNothing())
                    {
                        throw engine.TypeError(
                            "only String, Boolean and Number types are accepted as a metric tag value"
                        );
                    }
                    vu.SetOwnTag(arguments[0].ToString(), arguments[1].ToString());
                    return JsValue.Undefined;
                }
            ),
            engine.Function("names", _ => new JsArray(engine, [.. vu.Tags.Tags.Select(tag => (JsValue)tag.Key)])),
            engine.Function(
                "remove",
                arguments =>
                {
                    vu.SetOwnTag(arguments[0].ToString(), null);
                    return JsValue.Undefined;
                }
            )
        );
    }

    private static JsObject Test(Vu vu)
    {
        var test = new JsObject(vu.Engine);
        test.AddFunction(
            "abort",
            arguments =>
            {
                var message = arguments.At(0).IsNothing() ? "test aborted" : $"test aborted: {arguments[0]}";
                if (vu.Scenario is not null)
                {
                    // The others stop at once, too.
                    vu.Test.Abort(message, ExitCodes.ScriptAborted);
                }
                throw new TestAbortedException(message);
            }
        );
        test.AddFunction(
            "fail",
            arguments =>
            {
                vu.Test.MarkedAsFailed = true;
                vu.Test.Log.Error(
                    arguments.At(0).IsNothing() ? "test marked as failed" : $"test marked as failed: {arguments[0]}"
                );
                return JsValue.Undefined;
            }
        );
        test.AddGetter(
            "options",
            () =>
                vu.IsInit
                    ? throw vu.Engine.Error("getting test options in the init context is not supported")
                    : new JsonParser(vu.Engine).Parse(vu.Test.Options.Source.ToJsonString())
        );
        return test;
    }
}
