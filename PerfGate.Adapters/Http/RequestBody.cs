using System.Buffers;
using Microsoft.AspNetCore.Http;
using PerfGate.Core.Admission;

namespace PerfGate.Adapters.Http;

/// <summary>The body of a request, up to a limit: what is longer is not read to its end.</summary>
internal static class RequestBody
{
    /// <summary>Reads it; null where it has more bytes than the limit.</summary>
    public static async Task<byte[]?> ReadAsync(HttpRequest request, int limit, CancellationToken cancellation)
    {
        if (request.ContentLength > limit)
        {
            return null;
        }
        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(cancellation);
            if (read.Buffer.Length > limit)
            {
                reader.AdvanceTo(read.Buffer.End);
                return null;
            }
            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return body;
            }
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>413: it has more bytes than are read.</summary>
    public static IResult TooLarge(Limits limits) =>
        Results.Problem(
            FormattableString.Invariant($"A request may have up to {limits.RequestBytes} bytes."),
            statusCode: StatusCodes.Status413PayloadTooLarge,
            title: "The request is too large"
        );
}
