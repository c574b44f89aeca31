using System.Globalization;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using PerfGate.K6.Http;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Modules;

/// <summary>http.cookieJar and http.CookieJar.</summary>
internal static class CookieModule
{
    public static void AddTo(JsObject module, Vu vu)
    {
        module.Set(
            "CookieJar",
            ScriptClass.Wrap(vu.Engine, "CookieJar", vu.Engine.Function("CookieJar", _ => Create(vu.Engine)))
        );
        module.AddFunction("cookieJar", _ => new JarObject(vu.Engine, () => vu.Http.Jar));
    }

    /// <summary>The jar a script passes as parameter; null for none.</summary>
    public static CookieJar? JarOf(JsValue value) => (value as JarObject)?.Jar;

    private static JarObject Create(Engine engine)
    {
        var jar = new CookieJar(TimeProvider.System);
        return new JarObject(engine, () => jar);
    }

    private sealed class JarObject : ObjectInstance
    {
        private readonly Func<CookieJar> _jar;

        public JarObject(Engine engine, Func<CookieJar> jar)
            : base(engine)
        {
            _jar = jar;
            this.AddFunction("cookiesForURL", arguments => ForUrl(arguments));
            this.AddFunction("set", arguments => Set(arguments));
            this.AddFunction("clear", arguments => Remove(arguments.At(0), null));
            this.AddFunction("delete", arguments => Remove(arguments.At(0), arguments.At(1).ToString()));
        }

        public CookieJar Jar => _jar();

        private JsObject ForUrl(JsValue[] arguments)
        {
            var cookies = new JsObject(Engine);
            foreach (var byName in Jar.For(Url(arguments.At(0))).GroupBy(cookie => cookie.Name))
            {
                cookies.Set(byName.Key, new JsArray(Engine, [.. byName.Select(cookie => (JsValue)cookie.Value)]));
            }
            return cookies;
        }

        private JsBoolean Set(JsValue[] arguments)
        {
            var cookie = new Cookie(arguments.At(1).ToString(), arguments.At(2).ToString());
            foreach (var (name, value) in JintValues.Members(arguments.At(3)))
            {
                cookie = name switch
                {
                    "domain" => cookie with { Domain = value.ToString().TrimStart('.').ToLowerInvariant() },
                    "path" => cookie with { Path = value.ToString() },
                    "secure" => cookie with { Secure = TypeConverter.ToBoolean(value) },
                    "http_only" => cookie with { HttpOnly = TypeConverter.ToBoolean(value) },
                    "max_age" => cookie with { MaxAge = (long)TypeConverter.ToNumber(value) },
                    "expires" => cookie with
                    {
                        Expires = DateTimeOffset.TryParse(
                            value.ToString(),
                            CultureInfo.InvariantCulture,
                            DateTimeStyles.AssumeUniversal,
                            out var until
                        )
                            ? until
                            : throw Engine.Error($"unable to parse 'expires' date string \"{value}\""),
                    },
                    _ => cookie,
                };
            }
            Jar.Set(Url(arguments.At(0)), cookie);
            return JsBoolean.True;
        }

        private JsValue Remove(JsValue url, string? name)
        {
            Jar.Remove(Url(url), name);
            return Undefined;
        }

        private Uri Url(JsValue value) =>
            Uri.TryCreate(value.ToString(), UriKind.Absolute, out var url)
                ? url
                : throw Engine.Error($"invalid URL: {value}");
    }
}
