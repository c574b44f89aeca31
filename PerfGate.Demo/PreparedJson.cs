using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace PerfGate.Demo;

/// <summary>An answer that is always the same: serialised once, written as bytes.</summary>
internal sealed class PreparedJson(byte[] json) : IResult
{
    public static PreparedJson Of<T>(T value, JsonTypeInfo<T> type) =>
        new(JsonSerializer.SerializeToUtf8Bytes(value, type));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        httpContext.Response.ContentLength = json.Length;
        return httpContext.Response.Body.WriteAsync(json, httpContext.RequestAborted).AsTask();
    }
}
