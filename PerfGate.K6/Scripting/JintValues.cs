using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Descriptors;
using Jint.Runtime.Interop;

namespace PerfGate.K6.Scripting;

/// <summary>Short forms for making and reading JavaScript values.</summary>
internal static class JintValues
{
    /// <summary>A function in C#.</summary>
    public static ClrFunction Function(this Engine engine, string name, Func<JsValue[], JsValue> body) =>
        new(engine, name, (_, arguments) => body(arguments));

    /// <summary>A function in C# that uses <c>this</c>.</summary>
    public static ClrFunction Method(this Engine engine, string name, Func<JsValue, JsValue[], JsValue> body) =>
        new(engine, name, body);

    /// <summary>Adds a function to an object.</summary>
    public static void AddFunction(this ObjectInstance target, string name, Func<JsValue[], JsValue> body) =>
        target.Set(name, target.Engine.Function(name, body));

    /// <summary>Adds a property that is computed when it is read.</summary>
    public static void AddGetter(this ObjectInstance target, string name, Func<JsValue> get) =>
        target.DefineOwnProperty(
            name,
            new GetSetPropertyDescriptor(
                target.Engine.Function($"get {name}", _ => get()),
                JsValue.Undefined,
                true,
                true
            )
        );

    /// <summary>A JavaScript error to throw.</summary>
    public static JavaScriptException Error(this Engine engine, string message) =>
        new(engine.Intrinsics.Error, message);

    /// <summary>A JavaScript TypeError to throw.</summary>
    public static JavaScriptException TypeError(this Engine engine, string message) =>
        new(engine.Intrinsics.TypeError, message);

    /// <summary>Bytes as an ArrayBuffer.</summary>
    public static JsValue Buffer(this Engine engine, byte[] bytes) =>
        engine.Intrinsics.ArrayBuffer.Construct([.. bytes]);

    /// <summary>Bytes of an ArrayBuffer or a typed array; null for everything else.</summary>
    public static byte[]? Bytes(JsValue value) =>
        value.IsArrayBuffer() ? value.AsArrayBuffer()
        : value.IsUint8Array() ? value.AsUint8Array()
        : null;

    /// <summary>An object's own enumerable members.</summary>
    public static IEnumerable<(string Name, JsValue Value)> Members(JsValue value) =>
        value is ObjectInstance source
            ? source
                .GetOwnProperties()
                .Where(member => member.Value.Enumerable)
                .Select(member => (member.Key.ToString(), source.Get(member.Key)))
            : [];

    /// <summary>A member of an object; undefined where there is none.</summary>
    public static JsValue Member(JsValue value, string name) =>
        value is ObjectInstance source ? source.Get(name) : JsValue.Undefined;

    /// <summary>Whether a value is null or undefined.</summary>
    public static bool IsNothing(this JsValue value) => value.IsNull() || value.IsUndefined();
}
