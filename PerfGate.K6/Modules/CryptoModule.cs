using System.Security.Cryptography;
using System.Text;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Modules;

/// <summary>Module <c>k6/crypto</c>: digests, HMAC and random bytes.</summary>
internal static class CryptoModule
{
    private static readonly Dictionary<string, HashAlgorithmName> Algorithms = new()
    {
        ["md5"] = HashAlgorithmName.MD5,
        ["sha1"] = HashAlgorithmName.SHA1,
        ["sha256"] = HashAlgorithmName.SHA256,
        ["sha384"] = HashAlgorithmName.SHA384,
        ["sha512"] = HashAlgorithmName.SHA512,
    };

    public static ObjectInstance Create(Vu vu)
    {
        var module = new JsObject(vu.Engine);
        foreach (var name in Algorithms.Keys)
        {
            module.AddFunction(
                name,
                arguments =>
                    Output(
                        vu,
                        CryptographicOperations.HashData(Algorithms[name], Input(arguments.At(0))),
                        arguments.At(1)
                    )
            );
        }
        module.AddFunction(
            "hmac",
            arguments =>
            {
                var hash = CryptographicOperations.HmacData(
                    Algorithm(vu, arguments.At(0)),
                    Input(arguments.At(1)),
                    Input(arguments.At(2))
                );
                return Output(vu, hash, arguments.At(3));
            }
        );
        module.AddFunction("createHash", arguments => Hasher(vu, Algorithm(vu, arguments.At(0)), null));
        module.AddFunction(
            "createHMAC",
            arguments => Hasher(vu, Algorithm(vu, arguments.At(0)), Input(arguments.At(1)))
        );
        module.AddFunction(
            "randomBytes",
            arguments => vu.Engine.Buffer(RandomNumberGenerator.GetBytes((int)TypeConverter.ToNumber(arguments.At(0))))
        );
        return module;
    }

    private static JsObject Hasher(Vu vu, HashAlgorithmName algorithm, byte[]? key)
    {
        var content = new MemoryStream();
        var hasher = new JsObject(vu.Engine);
        hasher.AddFunction(
            "update",
            arguments =>
            {
                content.Write(Input(arguments.At(0)));
                return hasher;
            }
        );
        hasher.AddFunction(
            "digest",
            arguments =>
            {
                var bytes = content.ToArray();
                var hash = key is null
                    ? CryptographicOperations.HashData(algorithm, bytes)
                    : CryptographicOperations.HmacData(algorithm, key, bytes);
                return Output(vu, hash, arguments.At(0));
            }
        );
        return hasher;
    }

    private static HashAlgorithmName Algorithm(Vu vu, JsValue name) =>
        Algorithms.TryGetValue(name.ToString(), out var algorithm)
            ? algorithm
            : throw vu.Engine.Error($"the algorithm '{name}' is not supported by the embedded engine; install k6");

    private static byte[] Input(JsValue value) => JintValues.Bytes(value) ?? Encoding.UTF8.GetBytes(value.ToString());

    private static JsValue Output(Vu vu, byte[] hash, JsValue encoding) =>
        encoding.ToString() switch
        {
            "hex" => Convert.ToHexStringLower(hash),
            "base64" => EncodingModule.Encode(hash, "std"),
            "base64url" => EncodingModule.Encode(hash, "url"),
            "base64rawurl" => EncodingModule.Encode(hash, "rawurl"),
            "binary" => vu.Engine.Buffer(hash),
            var other => throw vu.Engine.Error($"Invalid output encoding: {other}"),
        };
}
