namespace PerfGate.Demo;

internal static class GalleryEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(
            "/api/galleries",
            (int? page) =>
                page is < 1 or > 1000 ? Results.BadRequest() : Results.Ok(SyntheticData.GalleriesOn(page ?? 1))
        );
        routes.MapGet(
            "/api/galleries/{id:int}",
            (int id) => SyntheticData.GalleryOf(id) is { } gallery ? Results.Ok(gallery) : Results.NotFound()
        );
        routes.MapGet(
            "/images/{id:int}.jpg",
            (int id, string? size, HttpContext context) =>
            {
                var tag = FormattableString.Invariant($"\"{id}-{(size == "full" ? "full" : "thumb")}\"");
                if (context.Request.Headers.IfNoneMatch == tag)
                {
                    return Results.StatusCode(StatusCodes.Status304NotModified);
                }
                context.Response.Headers.ETag = tag;
                return Results.Bytes(SyntheticData.Image(size), "image/jpeg");
            }
        );
    }
}
