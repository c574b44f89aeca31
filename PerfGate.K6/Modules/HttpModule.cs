using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using PerfGate.K6.Http;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Modules;

/// <summary>Module <c>k6/http</c>.</summary>
internal static class HttpModule
{
    private static readonly (string Name, string Method, bool HasBody)[] Verbs =
    [
        ("get", "GET", false),
        ("head", "HEAD", false),
        ("post", "POST", true),
        ("put", "PUT", true),
        ("patch", "PATCH", true),
        ("del", "DELETE", true),
        ("options", "OPTIONS", true),
    ];

    public static ObjectInstance Create(Vu vu)
    {
        var reader = new HttpCallReader(vu);
        var responses = new ResponseObjects(vu.Engine);
        var module = new JsObject(vu.Engine);
        foreach (var (name, method, hasBody) in Verbs)
        {
            module.AddFunction(
                name,
                arguments =>
                    Send(
                        vu,
                        responses,
                        () =>
                            reader.Read(
                                method,
                                arguments.At(0),
                                hasBody ? arguments.At(1) : JsValue.Undefined,
                                arguments.At(hasBody ? 2 : 1)
                            )
                    )
            );
        }
        module.AddFunction(
            "request",
            arguments =>
                Send(
                    vu,
                    responses,
                    () =>
                        reader.Read(
                            arguments.At(0).ToString().ToUpperInvariant(),
                            arguments.At(1),
                            arguments.At(2),
                            arguments.At(3)
                        )
                )
        );
        module.AddFunction("asyncRequest", arguments => SendAsync(vu, reader, responses, arguments));
        var batch = new HttpBatch(vu, reader, responses);
        module.AddFunction("batch", arguments => batch.Run(arguments.At(0)));
        module.AddFunction("url", arguments => UrlTag(vu, arguments));
        module.AddFunction("file", arguments => HttpFile.Create(vu.Engine, arguments));
        CookieModule.AddTo(module, vu);
        module.AddFunction("expectedStatuses", arguments => ExpectedStatuses.Create(vu.Engine, arguments));
        module.AddFunction(
            "setResponseCallback",
            arguments =>
            {
                vu.Http.IsExpected = ExpectedStatuses.Read(vu.Engine, arguments.At(0));
                return JsValue.Undefined;
            }
        );
        AddConstants(module);
        return module;
    }

    private static JsValue Send(Vu vu, ResponseObjects responses, Func<HttpCall> read)
    {
        CoreModule.RequireRunning(vu, "Making http requests");
        HttpCall call;
        try
        {
            call = read();
        }
        catch (InvalidUrlException e)
        {
            return Invalid(vu, responses, e);
        }
        var outcome = vu.Http.Send(call);
        if (outcome.Error is { } error && call.Throw)
        {
            throw vu.Engine.Error(outcome.LogText(error));
        }
        return responses.Create(outcome);
    }

    /// <summary>An address that is none: no request, and a response that says so.</summary>
    public static JsValue Invalid(Vu vu, ResponseObjects responses, InvalidUrlException e)
    {
        if (vu.Test.Options.Throw)
        {
            throw vu.Engine.Error(e.Message);
        }
        vu.Test.Log.Warn("Request Failed", ("error", e.Message));
        return responses.Create(
            new HttpOutcome
            {
                Call = new HttpCall
                {
                    Method = "GET",
                    Url = new Uri("http://invalid.invalid"),
                    UrlText = e.Url,
                    Tags = vu.Tags,
                },
                Url = e.Url,
                Error = new RequestError(1020, e.Message, e.Message),
            }
        );
    }

    private static JsValue SendAsync(Vu vu, HttpCallReader reader, ResponseObjects responses, JsValue[] arguments)
    {
        CoreModule.RequireRunning(vu, "Making http requests");
        var promise = vu.Engine.Advanced.RegisterPromise();
        var call = reader.Read(
            arguments.At(0).ToString().ToUpperInvariant(),
            arguments.At(1),
            arguments.At(2),
            arguments.At(3)
        );
        vu.Http.Hold();
        var done = vu.Loop.Register();
        var interrupted = vu.Interrupted;
        // Many requests may wait at once, and each blocks: threads of the pool are for short work.
        var thread = new Thread(() =>
        {
            var outcome = vu.Http.Execute(call, interrupted);
            done(() =>
            {
                vu.Http.Report(outcome);
                if (outcome.Error is { } error && call.Throw)
                {
                    promise.Reject(vu.Engine.Intrinsics.Error.Construct(outcome.LogText(error)));
                }
                else
                {
                    promise.Resolve(responses.Create(outcome));
                }
            });
        })
        {
            IsBackground = true,
        };
        thread.Start();
        return promise.Promise;
    }

    // http.url`https://host/${id}`: the literal with its holes is the name, the text with its values the address.
    private static JsObject UrlTag(Vu vu, JsValue[] arguments)
    {
        var parts = JintValues
            .Members(arguments.At(0))
            .Where(part => part.Name.All(char.IsAsciiDigit))
            .Select(part => part.Value.ToString())
            .ToList();
        var url = new JsObject(vu.Engine);
        var text = string.Concat(
            parts.Select((part, i) => part + (i + 1 < parts.Count ? arguments.At(i + 1).ToString() : ""))
        );
        url.Set("url", text);
        url.Set("name", string.Join("${}", parts));
        url.AddFunction("toString", _ => text);
        return url;
    }

    private static void AddConstants(JsObject module)
    {
        foreach (
            var (name, value) in new[]
            {
                ("TLS_1_0", "tls1.0"),
                ("TLS_1_1", "tls1.1"),
                ("TLS_1_2", "tls1.2"),
                ("TLS_1_3", "tls1.3"),
                ("OCSP_STATUS_GOOD", "good"),
                ("OCSP_STATUS_REVOKED", "revoked"),
                ("OCSP_STATUS_UNKNOWN", "unknown"),
            }
        )
        {
            module.Set(name, value);
        }
    }
}

/// <summary>What the script gives as address is none.</summary>
internal sealed class InvalidUrlException(string url, string problem)
    : Exception($"invalid URL: parse \"{url}\": {problem}")
{
    public string Url { get; } = url;
}
