using System.Diagnostics;
using System.Globalization;
using PerfGate.Demo;

var app = DemoPlatform.Build(args);
await app.StartAsync();
Console.WriteLine($"listening on {app.Urls.First()}");
if (app.Configuration["parent-pid"] is { } parent)
{
    _ = EndWithParentAsync(int.Parse(parent, CultureInfo.InvariantCulture));
}
await app.WaitForShutdownAsync();
return 0;

// The platform belongs to whoever started it, and must not outlive it.
async Task EndWithParentAsync(int pid)
{
    try
    {
        using var process = Process.GetProcessById(pid);
        await process.WaitForExitAsync();
    }
    catch (ArgumentException)
    {
        // It is gone already.
    }
    app.Lifetime.StopApplication();
}
