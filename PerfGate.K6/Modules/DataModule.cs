using Jint;
using Jint.Native;
using Jint.Native.Json;
using Jint.Native.Object;
using Jint.Runtime;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Modules;

/// <summary>Module <c>k6/data</c>: arrays that all VUs share, made once and read-only.</summary>
internal static class DataModule
{
    // An element is parsed where it is read, so that a large array exists once in memory and not once a VU.
    private static readonly Prepared<Acornima.Ast.Script> View = Engine.PrepareScript(
        """
        (length, read) => {
          const freeze = (value) => {
            if (value !== null && typeof value === 'object') { Object.values(value).forEach(freeze); Object.freeze(value); }
            return value;
          };
          const index = (key) => (typeof key === 'string' && /^(0|[1-9][0-9]*)$/.test(key) && Number(key) < length ? Number(key) : -1);
          const refuse = () => { throw new TypeError('SharedArray is immutable'); };
          return new Proxy([], {
            get: (target, key) => {
              if (key === 'length') return length;
              const at = index(key);
              return at < 0 ? Reflect.get(target, key) : freeze(read(at));
            },
            has: (target, key) => key === 'length' || index(key) >= 0 || Reflect.has(target, key),
            ownKeys: () => [...Array(length).keys()].map(String).concat('length'),
            getOwnPropertyDescriptor: (target, key) => {
              if (key === 'length') return { value: length, writable: true, enumerable: false, configurable: false };
              const at = index(key);
              return at < 0 ? undefined : { value: freeze(read(at)), writable: true, enumerable: true, configurable: true };
            },
            set: refuse, defineProperty: refuse, deleteProperty: refuse,
          });
        }
        """
    );

    public static ObjectInstance Create(Vu vu)
    {
        var module = new JsObject(vu.Engine);
        var construct = vu.Engine.Function("SharedArray", arguments => Share(vu, arguments));
        module.Set("SharedArray", ScriptClass.Wrap(vu.Engine, "SharedArray", construct));
        return module;
    }

    private static JsValue Share(Vu vu, JsValue[] arguments)
    {
        var engine = vu.Engine;
        if (!vu.IsInit)
        {
            throw engine.Error("new SharedArray must be called in the init context");
        }
        var name = arguments.At(0).ToString();
        if (name.Length == 0)
        {
            throw engine.Error("empty name provided to SharedArray's constructor");
        }
        if (arguments.At(1) is not Jint.Native.Function.Function make)
        {
            throw engine.Error("a function is expected as the second argument of SharedArray's constructor");
        }
        var items = vu.Test.SharedArrays.GetOrAdd(name, _ => new Lazy<string[]>(() => Build(engine, make))).Value;
        var read = engine.Function("read", index => new JsonParser(engine).Parse(items[(int)index[0].AsNumber()]));
        return engine.Call(engine.Evaluate(View), JsNumber.Create(items.Length), read);
    }

    private static string[] Build(Engine engine, JsValue make)
    {
        if (engine.Call(make) is not JsArray array)
        {
            throw engine.Error("only arrays can be made into SharedArray");
        }
        var serializer = new JsonSerializer(engine);
        return
        [
            .. Enumerable
                .Range(0, (int)array.Length)
                .Select(i =>
                    serializer.Serialize(array.Get(i)) is { } json && json.IsString() ? json.ToString() : "null"
                ),
        ];
    }
}
