using System.Globalization;
using PerfGate.Demo;

const int Misused = 2;

WebApplication app;
try
{
    app = DemoPlatform.Build(args);
}
catch (ArgumentException problems)
{
    Console.Error.WriteLine(problems.Message);
    return Misused;
}
await using (app)
{
    int? parent = null;
    if (app.Configuration["parent-pid"] is { } text)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id == 0)
        {
            Console.Error.WriteLine($"--parent-pid is '{text}', which is no process id.");
            return Misused;
        }
        parent = id;
    }
    try
    {
        await app.StartAsync();
    }
    catch (Exception problem) when (problem is IOException or FormatException or InvalidOperationException)
    {
        // An address that is in use, no address, or one that needs a certificate.
        Console.Error.WriteLine($"It cannot listen on {app.Configuration["urls"]}: {problem.Message}");
        return 1;
    }
    Console.WriteLine($"listening on {app.Urls.First()}");
    if (parent is { } owner)
    {
        _ = EndWithAsync(owner);
    }
    await app.WaitForShutdownAsync();
    return 0;
}

// The platform belongs to whoever started it, and must not outlive it.
async Task EndWithAsync(int processId)
{
    var time = app.Services.GetRequiredService<TimeProvider>();
    try
    {
        await ParentWatch.WaitForEndAsync(processId, time, app.Lifetime.ApplicationStopping);
        app.Lifetime.StopApplication();
    }
    catch (OperationCanceledException)
    {
        // It stops already.
    }
}
