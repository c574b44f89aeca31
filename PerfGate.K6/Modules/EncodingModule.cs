using System.Text;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Modules;

/// <summary>Module <c>k6/encoding</c>: Base64 in k6's four variants.</summary>
internal static class EncodingModule
{
    public static ObjectInstance Create(Vu vu)
    {
        var module = new JsObject(vu.Engine);
        module.AddFunction(
            "b64encode",
            arguments =>
            {
                var bytes = JintValues.Bytes(arguments.At(0)) ?? Encoding.UTF8.GetBytes(arguments.At(0).ToString());
                return Encode(bytes, Variant(vu, arguments.At(1)));
            }
        );
        module.AddFunction(
            "b64decode",
            arguments =>
            {
                var variant = Variant(vu, arguments.At(1));
                byte[] bytes;
                try
                {
                    bytes = Decode(arguments.At(0).ToString());
                }
                catch (FormatException e)
                {
                    throw vu.Engine.Error($"illegal base64 data for {variant}: {e.Message}");
                }
                return arguments.At(2).ToString() == "s" ? Encoding.UTF8.GetString(bytes) : vu.Engine.Buffer(bytes);
            }
        );
        return module;
    }

    /// <summary>Encodes in one of std, rawstd, url, rawurl.</summary>
    public static string Encode(byte[] bytes, string variant)
    {
        var text = Convert.ToBase64String(bytes);
        text = variant.EndsWith("url", StringComparison.Ordinal) ? text.Replace('+', '-').Replace('/', '_') : text;
        return variant.StartsWith("raw", StringComparison.Ordinal) ? text.TrimEnd('=') : text;
    }

    private static byte[] Decode(string text)
    {
        var standard = text.Replace('-', '+').Replace('_', '/').TrimEnd('=');
        return Convert.FromBase64String(standard.PadRight((standard.Length + 3) / 4 * 4, '='));
    }

    private static string Variant(Vu vu, JsValue value)
    {
        var variant = value.IsNothing() ? "std" : value.ToString();
        return variant is "std" or "rawstd" or "url" or "rawurl"
            ? variant
            : throw vu.Engine.Error($"unsupported base64 encoding '{variant}'; expected std, rawstd, url or rawurl");
    }
}
