using Microsoft.Net.Http.Headers;

namespace PerfGate.Demo;

internal static class GalleryEndpoints
{
    private static readonly PreparedJson[] Pages =
    [
        .. Enumerable
            .Range(1, SyntheticData.GalleryPages)
            .Select(page => PreparedJson.Of(SyntheticData.GalleriesOn(page), DemoJson.Default.GalleryPage)),
    ];
    private static readonly PreparedJson[] Galleries =
    [
        .. Enumerable
            .Range(1, SyntheticData.Galleries)
            .Select(id => PreparedJson.Of(SyntheticData.GalleryOf(id), DemoJson.Default.Gallery)),
    ];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(
            "/api/galleries",
            (int? page) =>
                (page ?? 1) switch
                {
                    < 1 or > 1000 => Results.BadRequest("page must be from 1 to 1000"),
                    <= SyntheticData.GalleryPages and var there => Pages[there - 1],
                    var beyond => Results.Ok(SyntheticData.GalleriesOn(beyond)),
                }
        );
        routes.MapGet(
            "/api/galleries/{id:int}",
            (int id) => id is < 1 or > SyntheticData.Galleries ? Results.NotFound() : Galleries[id - 1]
        );
        routes.MapGet("/images/{id:int}.jpg", Image);
    }

    private static IResult Image(int id, string? size)
    {
        size ??= "thumb";
        if (size is not ("thumb" or "full"))
        {
            return Results.BadRequest("size must be thumb or full");
        }
        return SyntheticData.Image(id, size) is { } bytes
            // Answers 304 where the client has this version already.
            ? Results.Bytes(
                bytes,
                "image/jpeg",
                entityTag: new EntityTagHeaderValue(FormattableString.Invariant($"\"{id}-{size}\""))
            )
            : Results.NotFound();
    }
}
