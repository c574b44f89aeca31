using Jint.Native;
using Jint.Native.Object;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Modules;

/// <summary>Module <c>k6/timers</c>: the global timers by another way.</summary>
internal static class TimersModule
{
    public static ObjectInstance Create(Vu vu)
    {
        var module = new JsObject(vu.Engine);
        foreach (var name in new[] { "setTimeout", "clearTimeout", "setInterval", "clearInterval" })
        {
            module.Set(name, vu.Engine.GetValue(name));
        }
        return module;
    }
}
