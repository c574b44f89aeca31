using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using PerfGate.Adapters.Imports;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Core.Sensitive;

namespace PerfGate.Adapters.Http;

/// <summary><c>POST /api/performance/runs/import</c>: judges output of k6 that was made elsewhere by the same rules.</summary>
public static class ImportEndpoint
{
    private const int LongestBoundary = 70;

    /// <summary>
    /// Takes <c>multipart/form-data</c>, in whatever order: <c>request</c> (JSON as execute takes it, baseUrl optional), one
    /// <c>output</c> for each segment, <c>summary</c>, <c>exitCode</c>; an output or a summary there must be. 201 with the gate's
    /// view; 413 beyond the limit, 415 for another form, 422 with every problem by part and line. Then nothing was stored. The same
    /// parts sent again with their <c>Idempotency-Key</c> within 24 h are answered as the first time, with
    /// <c>Idempotent-Replayed: true</c>.
    /// </summary>
    public static async Task<IResult> HandleAsync(
        HttpContext context,
        RunImport import,
        RunReading reading,
        PerfGateOptions options,
        Limits limits,
        CancellationToken cancellation
    )
    {
        // No runner has read it before.
        SensitiveText.ConcealHere(ServerConcealment.Of(options.Admission));
        if (Boundary(context.Request) is not { } boundary)
        {
            return Results.Problem(
                "The parts of an import are sent as multipart/form-data with a boundary.",
                statusCode: StatusCodes.Status415UnsupportedMediaType,
                title: "The form of the request is not known"
            );
        }
        if (context.Request.ContentLength > options.ImportBytes)
        {
            return TooLarge(options.ImportBytes);
        }
        // The server's own limit is meant for documents; this one is counted here.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }
        Validated<ReadImport> read;
        byte[] hash;
        try
        {
            (read, hash) = await ReadAsync(context.Request, boundary, options.ImportBytes, limits, cancellation);
        }
        catch (TooManyBytesException)
        {
            return TooLarge(options.ImportBytes);
        }
        catch (Exception e) when (e is InvalidDataException or (IOException and not BadHttpRequestException))
        {
            return Problems.Unusable([
                new FieldError("body", "is no whole multipart/form-data", "parts up to the closing boundary"),
            ]);
        }
        var key = IdempotencyHeader.Read(context, hash);
        // Before anything else: what was stored once is answered again, whatever has become of limits.
        if (
            key?.Value is { } sent
            && await import.FindAsync(sent, cancellation) is { } known
            && await AnswerAgainAsync(context, sent, known, reading, cancellation) is { } again
        )
        {
            return again;
        }
        if (read.Value is not { } whole || key is { Value: null })
        {
            return Problems.Unusable([.. key?.Errors ?? [], .. read.Errors]);
        }
        if (Access.Refuse(context, Permission.Import, whole.Request.Environment) is { } refusal)
        {
            return refusal;
        }
        return await StoreAsync(context, import, reading, whole, key?.Value, cancellation);
    }

    private static async Task<IResult> StoreAsync(
        HttpContext context,
        RunImport import,
        RunReading reading,
        ReadImport whole,
        IdempotencyKey? key,
        CancellationToken cancellation
    )
    {
        var caller = AuditedRequest.CallerOf(context);
        try
        {
            while (true)
            {
                if (await import.StoreAsync(whole, null, caller, key, cancellation) is { } stored)
                {
                    return Created(context, GateOf(stored.Result, stored.Gate));
                }
                // Another request with this key was faster.
                if (
                    await import.FindAsync(key!, cancellation) is { } known
                    && await AnswerAgainAsync(context, key!, known, reading, cancellation) is { } again
                )
                {
                    return again;
                }
                // The key's day ended between the two looks: it is free now.
            }
        }
        catch (CommitUnknownException)
        {
            context.Response.Headers.RetryAfter = "5";
            return Problems.Unavailable(
                key is null
                    ? "The database went away while the run was stored: it may be stored or not. Look at the history (GET /api/performance/runs) before you send it again; with an Idempotency-Key it can be sent again at any time."
                    : "The database went away while the run was stored: it may be stored or not. Send the same again with the same Idempotency-Key: it is stored once."
            );
        }
    }

    // Null where the run went meanwhile.
    private static async Task<IResult?> AnswerAgainAsync(
        HttpContext context,
        IdempotencyKey sent,
        (Guid RunId, byte[] BodyHash) known,
        RunReading reading,
        CancellationToken cancellation
    )
    {
        if (!sent.BodyHash.AsSpan().SequenceEqual(known.BodyHash))
        {
            return Problems.Unusable([IdempotencyHeader.Taken]);
        }
        if (await reading.FindAsync(known.RunId, TimeSpan.Zero, cancellation) is not { } run)
        {
            return null;
        }
        context.Response.Headers[IdempotencyHeader.Replayed] = "true";
        return Created(context, await reading.GateAsync(run, cancellation));
    }

    private static GateView GateOf(RunResult result, GateResult gate) =>
        new(
            result.RunId,
            result.Status,
            result.Verdict.Verdict,
            result.Verdict.ExitCode,
            result.Verdict.Reasons,
            result.Thresholds,
            result.Baseline,
            gate.Rules
        );

    private static IResult Created(HttpContext context, GateView gate)
    {
        context.Response.Headers.Location = $"/api/performance/runs/{gate.TestId}";
        return Results.Json(gate, RunJson.Options, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<(Validated<ReadImport> Read, byte[] Hash)> ReadAsync(
        HttpRequest request,
        string boundary,
        long mostBytes,
        Limits limits,
        CancellationToken cancellation
    )
    {
        var reading = new ImportReading(limits, mostBytes);
        using var hash = new ImportHash();
        var parts = new MultipartReader(boundary, new LimitedStream(request.Body, mostBytes), 64 * 1024);
        var goesOn = true;
        while (goesOn && await parts.ReadNextSectionAsync(cancellation) is { } part)
        {
            var name = ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var disposition)
                ? HeaderUtilities.RemoveQuotes(disposition.Name).ToString()
                : "";
            await hash.ReadAsync(
                name,
                part.Body,
                async body => goesOn = await reading.AddAsync(name, body, cancellation),
                cancellation
            );
        }
        return (reading.Finish(), hash.Take());
    }

    private static string? Boundary(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
        && HeaderUtilities.RemoveQuotes(type.Boundary) is { Length: > 0 and <= LongestBoundary } boundary
            ? boundary.ToString()
            : null;

    private static IResult TooLarge(long limit) =>
        Results.Problem(
            string.Create(CultureInfo.InvariantCulture, $"An import may have up to {limit} bytes; gzip takes less."),
            statusCode: StatusCodes.Status413PayloadTooLarge,
            title: "The import is too large"
        );
}
