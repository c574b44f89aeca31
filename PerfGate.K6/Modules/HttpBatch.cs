using System.Collections.Concurrent;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using PerfGate.K6.Http;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Modules;

/// <summary>http.batch: requests at the same time, at most <c>batch</c> in all and <c>batchPerHost</c> to one host.</summary>
internal sealed class HttpBatch(Vu vu, HttpCallReader reader, ResponseObjects responses)
{
    public JsValue Run(JsValue requests)
    {
        CoreModule.RequireRunning(vu, "Making http requests");
        if (requests is not ObjectInstance)
        {
            throw vu.Engine.TypeError("invalid http.batch() argument type");
        }
        var members = JintValues.Members(requests).ToList();
        var calls = members.Select(member => Read(member.Value)).ToList();
        var outcomes = Execute(calls);
        ObjectInstance answers =
            requests is JsArray ? new JsArray(vu.Engine, (uint)calls.Count) : new JsObject(vu.Engine);
        string? thrown = null;
        for (var i = 0; i < calls.Count; i++)
        {
            vu.Http.Report(outcomes[i]);
            if (outcomes[i].Error is { } error && calls[i].Throw)
            {
                thrown ??= outcomes[i].LogText(error);
            }
            answers.Set(members[i].Name, responses.Create(outcomes[i]));
        }
        return thrown is null ? answers : throw vu.Engine.Error(thrown);
    }

    private HttpCall Read(JsValue request)
    {
        try
        {
            if (request is JsArray parts)
            {
                var method = parts.Get(0).ToString().ToUpperInvariant();
                return parts.Length == 1
                    ? reader.Read("GET", parts.Get(0), JsValue.Undefined, JsValue.Undefined)
                    : reader.Read(method, parts.Get(1), parts.Get(2), parts.Get(3));
            }
            if (request is ObjectInstance described && described.HasOwnProperty("method"))
            {
                return reader.Read(
                    described.Get("method").ToString().ToUpperInvariant(),
                    described.Get("url"),
                    described.Get("body"),
                    described.Get("params")
                );
            }
            if (request is ObjectInstance { } other && other.HasOwnProperty("url") && !other.HasOwnProperty("name"))
            {
                return reader.Read("GET", other.Get("url"), other.Get("body"), other.Get("params"));
            }
            return reader.Read("GET", request, JsValue.Undefined, JsValue.Undefined);
        }
        catch (InvalidUrlException e)
        {
            throw vu.Engine.Error(e.Message);
        }
    }

    private HttpOutcome[] Execute(List<HttpCall> calls)
    {
        var outcomes = new HttpOutcome[calls.Count];
        var options = vu.Test.Options;
        var hosts = new ConcurrentDictionary<string, SemaphoreSlim>();
        var interrupted = vu.Interrupted;
        var next = -1;
        foreach (var _ in calls)
        {
            vu.Http.Hold();
        }
        vu.Flush();
        void Work()
        {
            int i;
            while ((i = Interlocked.Increment(ref next)) < calls.Count)
            {
                // 0 is no limit.
                var host = hosts.GetOrAdd(
                    calls[i].Url.Host,
                    _ => new SemaphoreSlim(options.BatchPerHost > 0 ? options.BatchPerHost : int.MaxValue)
                );
                host.Wait(CancellationToken.None);
                try
                {
                    outcomes[i] = vu.Http.Execute(calls[i], interrupted);
                }
                finally
                {
                    host.Release();
                }
            }
        }
        var most = Math.Min(calls.Count, options.Batch > 0 ? options.Batch : int.MaxValue);
        var oneHost = calls.Select(call => call.Url.Host).Distinct().Take(2).Count() == 1;
        most = oneHost && options.BatchPerHost > 0 ? Math.Min(most, options.BatchPerHost) : most;
        // Requests block: each has a thread of its own, the VU's being the first.
        var threads = Enumerable
            .Range(1, Math.Max(0, most - 1))
            .Select(_ => new Thread(Work) { IsBackground = true })
            .ToList();
        threads.ForEach(thread => thread.Start());
        Work();
        threads.ForEach(thread => thread.Join());
        return outcomes;
    }
}
