using System.Globalization;

namespace PerfGate.Demo;

/// <summary>
/// A small wedding platform to test against: suppliers, forms, galleries, notifications. Synthetic, in memory, with knobs
/// to make it worse.
/// </summary>
public static class DemoPlatform
{
    /// <summary>
    /// Builds it. Arguments: <c>--urls</c> (default a free loopback port), <c>--latency-ms</c>, <c>--latency-jitter-ms</c>,
    /// <c>--error-rate</c>, <c>--slow-query-ms</c>, <c>--slow-query-every</c>, <c>--leak-bytes-per-request</c>.
    /// </summary>
    /// <exception cref="ArgumentException">A knob is out of its range.</exception>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.WebHost.UseUrls(builder.Configuration["urls"] ?? "http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.ConfigureHttpJsonOptions(json =>
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, DemoJson.Default)
        );
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<Misbehaviour>();

        var app = builder.Build();
        app.Services.GetRequiredService<Misbehaviour>().Knobs = KnobsFrom(app.Configuration);
        app.UseWebSockets();
        app.MapGet("/", () => Results.Content(HomePage, "text/html; charset=utf-8"));
        app.MapGet("/health", () => "healthy");
        KnobEndpoints.Map(app);
        var business = app.MapGroup("")
            .AddEndpointFilter(
                async (context, next) =>
                {
                    var misbehaviour = context.HttpContext.RequestServices.GetRequiredService<Misbehaviour>();
                    return await misbehaviour.AllowsAsync(context.HttpContext.RequestAborted)
                        ? await next(context)
                        : Results.StatusCode(StatusCodes.Status500InternalServerError);
                }
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

    private static Knobs KnobsFrom(IConfiguration configuration)
    {
        var knobs = new Knobs
        {
            LatencyMs = Whole("latency-ms"),
            LatencyJitterMs = Whole("latency-jitter-ms"),
            ErrorRate = Number("error-rate"),
            SlowQueryMs = Whole("slow-query-ms"),
            SlowQueryEvery = Whole("slow-query-every"),
            LeakBytesPerRequest = Whole("leak-bytes-per-request"),
        };
        return knobs.Problems() is { Count: > 0 } problems
            ? throw new ArgumentException(string.Join(' ', problems))
            : knobs;

        double Number(string name) =>
            configuration[name] is not { } text ? 0
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value
            : throw new ArgumentException($"--{name} is '{text}', which is no number.");

        int Whole(string name) => (int)Math.Clamp(Number(name), -1, int.MaxValue);
    }
}
