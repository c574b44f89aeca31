using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Http;

/// <summary>
/// Answers about ended runs. They never change, so that each is made once however many ask at the same moment (two hundred
/// who waited for one end), kept while there is room, and marked so that clients may keep them too.
/// </summary>
public sealed class RunAnswers
{
    // Two generations of this size are kept at most. An answer is usually some kilobytes.
    private const long MostBytes = 16 * 1024 * 1024;

    // Lazy, so that an answer stands here before its making begins: one that is made at once, or fails at once, is taken out again
    // after it was put in, and not before.
    private readonly ConcurrentDictionary<(string What, Guid RunId), Lazy<Task<RunAnswer>>> _making = new();
    private readonly Lock _lock = new();
    private Dictionary<(string, Guid), RunAnswer> _young = [];
    private Dictionary<(string, Guid), RunAnswer> _old = [];
    private long _bytes;

    /// <summary>A kept answer as a result; null where it is not kept.</summary>
    public IResult? Find(HttpContext context, string what, Guid runId)
    {
        lock (_lock)
        {
            if (!_young.TryGetValue((what, runId), out var answer) && !_old.TryGetValue((what, runId), out answer))
            {
                return null;
            }
            return Send(context, answer);
        }
    }

    /// <summary>Makes the answer of an ended run, or takes what another caller makes at this moment, and keeps it.</summary>
    public async Task<IResult> MakeAsync<T>(HttpContext context, string what, Guid runId, Func<Task<T>> make)
    {
        // Not cancelled with one caller: others may wait for the same.
        var making = _making.GetOrAdd((what, runId), key => new Lazy<Task<RunAnswer>>(() => KeepAsync(key, make)));
        return Send(context, await making.Value);
    }

    private async Task<RunAnswer> KeepAsync<T>((string What, Guid RunId) key, Func<Task<T>> make)
    {
        try
        {
            await Task.Yield();
            var json = JsonSerializer.SerializeToUtf8Bytes(await make(), RunJson.Options);
            var answer = new RunAnswer(json, $"\"{Convert.ToHexStringLower(SHA256.HashData(json))[..24]}\"");
            lock (_lock)
            {
                if (_bytes > MostBytes)
                {
                    (_old, _young, _bytes) = (_young, [], 0);
                }
                _young[key] = answer;
                _bytes += json.Length;
            }
            return answer;
        }
        finally
        {
            _making.TryRemove(key, out _);
        }
    }

    private static IResult Send(HttpContext context, RunAnswer answer)
    {
        context.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
        return Results.Bytes(
            answer.Json,
            "application/json; charset=utf-8",
            entityTag: new EntityTagHeaderValue(answer.Tag)
        );
    }

    private sealed record RunAnswer(byte[] Json, string Tag);
}
