namespace PerfGate.Demo;

/// <summary>Everything the platform shows: made up, the same at every start, reserved domains only.</summary>
internal static class SyntheticData
{
    public const int Suppliers = 1000;
    public const int Galleries = 60;
    public const int GalleriesOnPage = 12;
    public const int GalleryPages = Galleries / GalleriesOnPage;
    public const int PhotosInGallery = 24;

    // The id of a photo is its gallery's times this, and its place in it.
    private const int PhotoIdsInGallery = 100;

    private static readonly byte[] Thumbnail = Pixels(6 * 1024);
    private static readonly byte[] Full = Pixels(60 * 1024);

    public static FormSchema EnquiryForm { get; } =
        new(
            "enquiry",
            "Wedding enquiry",
            [
                new FormField("firstName", "text", true),
                new FormField("lastName", "text", true),
                new FormField("email", "email", true),
                new FormField("weddingDate", "date", true),
                new FormField("guests", "number", true),
                new FormField("message", "text", false),
            ]
        );

    public static Notification[] Notifications { get; } =
    [.. Enumerable.Range(1, 20).Select(id => new Notification(id, "enquiry", $"Synthetic enquiry {id}"))];

    /// <summary>Bytes of a photo; null where there is no such photo or size.</summary>
    public static byte[]? Image(int id, string size) =>
        id / PhotoIdsInGallery is < 1 or > Galleries || id % PhotoIdsInGallery is < 1 or > PhotosInGallery ? null
        : size == "thumb" ? Thumbnail
        : size == "full" ? Full
        : null;

    public static Dashboard DashboardOf(int supplier)
    {
        Booking[] bookings =
        [
            .. Enumerable
                .Range(1, 12)
                .Select(n => new Booking(
                    (supplier * 100) + n,
                    $"Couple {(supplier * 7) + n}",
                    FormattableString.Invariant($"2030-{n:00}-{((supplier + n) % 28) + 1:00}"),
                    40 + (supplier * n % 160),
                    n % 3 == 0 ? "confirmed" : "open"
                )),
        ];
        Enquiry[] enquiries =
        [
            .. Enumerable
                .Range(1, supplier % 9)
                .Select(n => new Enquiry(
                    (supplier * 10) + n,
                    $"Couple {(supplier * 11) + n}",
                    $"couple-{(supplier * 11) + n}@clients.example.com",
                    30 + (supplier * n % 170)
                )),
        ];
        var confirmed = bookings.Count(booking => booking.Status == "confirmed");
        var stats = new SupplierStats(
            confirmed,
            bookings.Length - confirmed,
            enquiries.Length,
            Math.Round(3.5 + (supplier % 15 / 10.0), 1)
        );
        return new Dashboard(supplier, bookings, enquiries, stats);
    }

    public static GalleryPage GalleriesOn(int page)
    {
        var first = (page - 1) * GalleriesOnPage;
        var count = Math.Clamp(Galleries - first, 0, GalleriesOnPage);
        return new GalleryPage(
            page,
            GalleryPages,
            [.. Enumerable.Range(first + 1, count).Select(id => new GalleryEntry(id, $"Wedding {id}", PhotosInGallery))]
        );
    }

    public static Gallery GalleryOf(int id) =>
        new(
            id,
            $"Wedding {id}",
            [.. Enumerable.Range(1, PhotosInGallery).Select(n => new Photo((id * PhotoIdsInGallery) + n, $"Photo {n}"))]
        );

    private static byte[] Pixels(int length)
    {
        var bytes = new byte[length];
        // A fixed seed: the same bytes at every start. Not a secret, so not a cryptographic generator.
#pragma warning disable CA5394
        new Random(20300614).NextBytes(bytes);
#pragma warning restore CA5394
        // The markers that begin and end a JPEG file.
        bytes[0] = 0xFF;
        bytes[1] = 0xD8;
        bytes[^2] = 0xFF;
        bytes[^1] = 0xD9;
        return bytes;
    }
}
