using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Swashbuckle.AspNetCore.SwaggerUI;

namespace PerfGate.Adapters.Http.OpenApi;

/// <summary>The API's document, and a page that shows it (Swagger UI) without a look at any other server.</summary>
public static class ApiDocumentEndpoints
{
    private const string Assets = "Swashbuckle.AspNetCore.SwaggerUI.node_modules.swagger_ui_dist.";

    private const string Page = """
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>PerfGate API</title>
          <link rel="icon" href="data:,">
          <link rel="stylesheet" href="docs/swagger-ui.css">
        </head>
        <body>
          <div id="api"></div>
          <script src="docs/swagger-ui-bundle.js"></script>
          <script src="docs/start.js"></script>
        </body>
        </html>
        """;

    private const string Start = """
        SwaggerUIBundle({ url: 'openapi.json', dom_id: '#api', deepLinking: true, defaultModelsExpandDepth: 0 });
        """;

    private static readonly Lazy<EntityTagHeaderValue> Tag = new(() =>
        new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(ApiDocument.Utf8.Span))[..24]}\"")
    );

    /// <summary><c>GET openapi.json</c>.</summary>
    public static IResult Document() =>
        Results.Bytes(ApiDocument.Utf8, "application/json; charset=utf-8", entityTag: Tag.Value);

    /// <summary><c>GET docs</c>.</summary>
    public static IResult Show(HttpContext context)
    {
        // Swagger UI sets styles of its own, and draws its icons from data.
        context.Response.Headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        return Results.Text(Page, "text/html; charset=utf-8");
    }

    /// <summary><c>GET docs/{file}</c>: the page's scripts and style sheet.</summary>
    public static IResult Asset(HttpContext context, string file) =>
        file switch
        {
            "start.js" => Results.Text(Start, "text/javascript; charset=utf-8"),
            "swagger-ui-bundle.js" => Packed(context, file, "text/javascript; charset=utf-8"),
            "swagger-ui.css" => Packed(context, file, "text/css; charset=utf-8"),
            _ => Results.NotFound(),
        };

    // The package carries its files packed with gzip, which every browser takes.
    private static IResult Packed(HttpContext context, string file, string type)
    {
        context.Response.Headers.ContentEncoding = "gzip";
        context.Response.Headers.CacheControl = "public, max-age=86400";
        return Results.Stream(typeof(SwaggerUIOptions).Assembly.GetManifestResourceStream(Assets + file)!, type);
    }
}
