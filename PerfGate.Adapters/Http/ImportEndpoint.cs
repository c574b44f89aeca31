using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using PerfGate.Adapters.Imports;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Sensitive;

namespace PerfGate.Adapters.Http;

/// <summary><c>POST /api/performance/runs/import</c>: judges output of k6 that was made elsewhere by the same rules.</summary>
public static class ImportEndpoint
{
    private const int LongestBoundary = 70;

    /// <summary>
    /// Takes <c>multipart/form-data</c>, in whatever order: <c>request</c> (JSON as execute takes it, baseUrl optional), one
    /// <c>output</c> for each segment, <c>summary</c>, <c>exitCode</c>; an output or a summary there must be. 201 with the gate's
    /// view; 413 beyond the limit, 415 for another form, 422 with every problem by part and line. Then nothing was stored.
    /// </summary>
    public static async Task<IResult> HandleAsync(
        HttpContext context,
        RunImport import,
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
        try
        {
            read = await ReadAsync(context.Request, boundary, options.ImportBytes, limits, cancellation);
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
        if (read.Value is not { } whole)
        {
            return Problems.Unusable(read.Errors);
        }
        if (Access.Refuse(context, Permission.Import, whole.Request.Environment) is { } refusal)
        {
            return refusal;
        }
        var (result, gate) = await import.StoreAsync(whole, null, AuditedRequest.CallerOf(context), cancellation);
        context.Response.Headers.Location = $"/api/performance/runs/{result.RunId}";
        return Results.Json(
            new GateView(
                result.RunId,
                result.Status,
                result.Verdict.Verdict,
                result.Verdict.ExitCode,
                result.Verdict.Reasons,
                result.Thresholds,
                result.Baseline,
                gate.Rules
            ),
            RunJson.Options,
            statusCode: StatusCodes.Status201Created
        );
    }

    private static async Task<Validated<ReadImport>> ReadAsync(
        HttpRequest request,
        string boundary,
        long mostBytes,
        Limits limits,
        CancellationToken cancellation
    )
    {
        var reading = new ImportReading(limits, mostBytes);
        var parts = new MultipartReader(boundary, new LimitedStream(request.Body, mostBytes), 64 * 1024);
        while (await parts.ReadNextSectionAsync(cancellation) is { } part)
        {
            var name = ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var disposition)
                ? HeaderUtilities.RemoveQuotes(disposition.Name).ToString()
                : "";
            await reading.AddAsync(name, part.Body, cancellation);
        }
        return reading.Finish();
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
