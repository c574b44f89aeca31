using System.Diagnostics;

namespace PerfGate.Bench.Target;

/// <summary>The target as a process of its own, as a deployment would be.</summary>
internal sealed class TargetProcess : IAsyncDisposable
{
    private readonly Process _process;

    private TargetProcess(Process process, string address) => (_process, Address) = (process, address);

    /// <summary>Where it listens.</summary>
    public string Address { get; }

    /// <summary>Starts this program's <c>target</c>, which ends with its standard input.</summary>
    public static async Task<TargetProcess> StartAsync()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(TargetProcess).Assembly.Location, "target"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("The target did not start.");
        var address = await process.StandardOutput.ReadLineAsync();
        return new TargetProcess(process, address ?? throw new InvalidOperationException("The target ended."));
    }

    /// <summary>What the process does.</summary>
    public static async Task<int> ServeAsync()
    {
        await using var target = await LoadTarget.StartAsync();
        Console.WriteLine(target.Address);
        await Console.In.ReadToEndAsync();
        return 0;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
