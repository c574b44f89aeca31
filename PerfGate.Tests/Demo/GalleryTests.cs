using System.Net;
using System.Net.Http.Headers;

namespace PerfGate.Tests.Demo;

public class GalleryTests
{
    [Fact]
    public async Task The_pages_hold_every_gallery_once()
    {
        await using var platform = await RunningPlatform.StartAsync();
        var first = await platform.GetJsonAsync("/api/galleries");
        var pages = (int)first["pages"]!;

        var ids = new List<int>();
        for (var page = 1; page <= pages; page++)
        {
            var shown = await platform.GetJsonAsync($"/api/galleries?page={page}");
            Assert.Equal(page, (int)shown["page"]!);
            ids.AddRange(shown["items"]!.AsArray().Select(item => (int)item!["id"]!));
        }

        Assert.Equal(Enumerable.Range(1, 60), ids);
        var beyond = await platform.GetJsonAsync($"/api/galleries?page={pages + 1}");
        Assert.Empty(beyond["items"]!.AsArray());
    }

    [Fact]
    public async Task Every_photo_of_a_gallery_is_there_in_both_sizes()
    {
        await using var platform = await RunningPlatform.StartAsync();
        var gallery = await platform.GetJsonAsync("/api/galleries/60");

        foreach (var photo in gallery["photos"]!.AsArray())
        {
            foreach (var (size, length) in new[] { ("thumb", 6 * 1024), ("full", 60 * 1024) })
            {
                using var image = await platform.Http.GetAsync(
                    $"/images/{photo!["id"]}.jpg?size={size}",
                    TestContext.Current.CancellationToken
                );
                Assert.Equal(HttpStatusCode.OK, image.StatusCode);
                Assert.Equal("image/jpeg", image.Content.Headers.ContentType!.MediaType);
                var bytes = await image.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
                Assert.Equal(length, bytes.Length);
                Assert.Equal([0xFF, 0xD8], bytes[..2]);
            }
        }
    }

    [Fact]
    public async Task A_photo_that_the_client_has_already_is_not_sent_again()
    {
        await using var platform = await RunningPlatform.StartAsync();
        using var full = await platform.Http.GetAsync(
            "/images/101.jpg?size=full",
            TestContext.Current.CancellationToken
        );
        var tag = full.Headers.ETag!;

        using var again = await AskAsync(platform, "/images/101.jpg?size=full", tag);
        using var thumbnail = await AskAsync(platform, "/images/101.jpg", tag);

        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Equal(tag, again.Headers.ETag);
        Assert.Empty(await again.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.OK, thumbnail.StatusCode);
        Assert.NotEqual(tag, thumbnail.Headers.ETag);
    }

    [Theory]
    [InlineData("/api/galleries/0", HttpStatusCode.NotFound)]
    [InlineData("/api/galleries/61", HttpStatusCode.NotFound)]
    [InlineData("/images/100.jpg", HttpStatusCode.NotFound)]
    [InlineData("/images/125.jpg", HttpStatusCode.NotFound)]
    [InlineData("/images/6101.jpg", HttpStatusCode.NotFound)]
    [InlineData("/images/-101.jpg", HttpStatusCode.NotFound)]
    [InlineData("/images/101.jpg?size=huge", HttpStatusCode.BadRequest)]
    [InlineData("/api/galleries?page=0", HttpStatusCode.BadRequest)]
    [InlineData("/api/galleries?page=last", HttpStatusCode.BadRequest)]
    public async Task What_is_not_there_is_not_shown(string path, HttpStatusCode status)
    {
        await using var platform = await RunningPlatform.StartAsync();

        using var answer = await platform.Http.GetAsync(path, TestContext.Current.CancellationToken);

        Assert.Equal(status, answer.StatusCode);
    }

    private static async Task<HttpResponseMessage> AskAsync(
        RunningPlatform platform,
        string path,
        EntityTagHeaderValue tag
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.IfNoneMatch.Add(tag);
        return await platform.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
