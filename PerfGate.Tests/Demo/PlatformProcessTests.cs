using System.Diagnostics;

namespace PerfGate.Tests.Demo;

public class PlatformProcessTests
{
    private const string Announcement = "listening on http://127.0.0.1:";

    [Fact]
    public async Task It_prints_its_address_and_nothing_else_and_ends_on_a_signal()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM");
        using var platform = Start("--urls", "http://127.0.0.1:0");
        try
        {
            var address = await AddressAsync(platform);
            using var http = new HttpClient();
            Assert.Equal("healthy", await http.GetStringAsync(new Uri(address, "/health"), Cancellation));
            await http.GetStringAsync(new Uri(address, "/api/galleries"), Cancellation);
            using var missing = await http.GetAsync(new Uri(address, "/no-such-page"), Cancellation);

            using var kill = Process.Start("kill", ["-TERM", $"{platform.Id}"]);
            await platform.WaitForExitAsync(Cancellation);

            Assert.Equal(0, platform.ExitCode);
            Assert.Equal("", await platform.StandardOutput.ReadToEndAsync(Cancellation));
            Assert.Equal("", await platform.StandardError.ReadToEndAsync(Cancellation));
        }
        finally
        {
            End(platform);
        }
    }

    [Fact]
    public async Task It_ends_when_its_parent_is_gone()
    {
        // Any process will do as a parent: another platform is one that runs everywhere.
        using var parent = Start();
        await AddressAsync(parent);
        using var platform = Start("--parent-pid", $"{parent.Id}");
        try
        {
            await AddressAsync(platform);
            Assert.False(platform.HasExited);

            parent.Kill();
            await platform.WaitForExitAsync(Cancellation);

            Assert.Equal(0, platform.ExitCode);
        }
        finally
        {
            End(platform);
            End(parent);
        }
    }

    [Theory]
    [InlineData("--latency-ms", "soon", "--latency-ms is 'soon'")]
    [InlineData("--error-rate", "2", "allowed is 0 to 1")]
    [InlineData("--parent-pid", "me", "no process id")]
    public async Task Wrong_arguments_are_said_in_a_line_and_exit_with_2(string name, string value, string expected)
    {
        using var platform = Start(name, value);
        try
        {
            var errors = await platform.StandardError.ReadToEndAsync(Cancellation);
            await platform.WaitForExitAsync(Cancellation);

            Assert.Equal(2, platform.ExitCode);
            Assert.Contains(expected, errors);
            Assert.DoesNotContain("   at ", errors);
        }
        finally
        {
            End(platform);
        }
    }

    [Fact]
    public async Task An_address_in_use_is_said_in_a_line_and_exits_with_1()
    {
        await using var first = await RunningPlatform.StartAsync();
        using var second = Start("--urls", first.Address.GetLeftPart(UriPartial.Authority));
        try
        {
            var errors = await second.StandardError.ReadToEndAsync(Cancellation);
            await second.WaitForExitAsync(Cancellation);

            Assert.Equal(1, second.ExitCode);
            Assert.StartsWith("It cannot listen on", errors, StringComparison.Ordinal);
        }
        finally
        {
            End(second);
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Process Start(params string[] arguments) =>
        Process.Start(
            new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "PerfGate.Demo.dll"), .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;

    private static async Task<Uri> AddressAsync(Process platform)
    {
        var line = await platform.StandardOutput.ReadLineAsync(Cancellation);
        Assert.StartsWith(Announcement, line, StringComparison.Ordinal);
        return new Uri(line!["listening on ".Length..]);
    }

    private static void End(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill();
        }
    }
}
