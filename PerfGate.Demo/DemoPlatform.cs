namespace PerfGate.Demo;

/// <summary>
/// A small wedding platform to test against: suppliers, forms, galleries, notifications. Synthetic, in memory, with knobs
/// to make it worse.
/// </summary>
public static class DemoPlatform
{
    private const long LargestBody = 64 * 1024;

    // Event streams and sockets of clients that do not let go must not hold up the end.
    private static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Builds it. Arguments: <c>--urls</c> (default a free loopback port), and each knob by its name:
    /// <c>--latency-ms</c>, <c>--latency-jitter-ms</c>, <c>--error-rate</c>, <c>--slow-query-ms</c>, <c>--slow-query-every</c>,
    /// <c>--leak-bytes-per-request</c> (ranges: <see cref="Knobs"/>).
    /// </summary>
    /// <exception cref="ArgumentException">A knob is no number or out of its range; the message names all of them.</exception>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.WebHost.UseUrls(builder.Configuration["urls"] ?? "http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
        });
        // Cheap a request: it shares the machine with the load generator.
        builder.Logging.ClearProviders();
        builder.Services.ConfigureHttpJsonOptions(json =>
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, DemoJson.Default)
        );
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = LongestFarewell);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<Misbehaviour>();

        var knobs = KnobArguments.Read(builder.Configuration);
        var app = builder.Build();
        var misbehaviour = app.Services.GetRequiredService<Misbehaviour>();
        misbehaviour.Knobs = knobs;
        app.UseWebSockets();
        app.MapGet("/", () => Results.Content(HomePage, "text/html; charset=utf-8"));
        app.MapGet("/health", () => "healthy");
        KnobEndpoints.Map(app);
        var business = app.MapGroup("")
            .AddEndpointFilter(
                async (context, next) =>
                    await misbehaviour.AllowsAsync(context.HttpContext.RequestAborted)
                        ? await next(context)
                        : Results.StatusCode(StatusCodes.Status500InternalServerError)
            );
        SupplierEndpoints.Map(business);
        FormEndpoints.Map(business);
        GalleryEndpoints.Map(business);
        NotificationEndpoints.Map(business);
        return app;
    }

    private const string HomePage = """
        <!doctype html><html lang="en"><meta charset="utf-8"><title>Wedding platform (synthetic)</title>
        <h1>Wedding platform</h1><p>A synthetic platform to load-test. Its knobs: <a href="/knobs">/knobs</a>.</p></html>
        """;
}
