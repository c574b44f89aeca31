using System.Net.Sockets;
using System.Text;

namespace PerfGate.Tests.Http;

/// <summary>What a connection may take of the server before anybody knows whose it is.</summary>
public sealed class ConnectionLimitTests(RunsFixture gate) : IClassFixture<RunsFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Headers_that_never_end_are_hung_up_on()
    {
        var answer = await SayAsync("GET /health HTTP/1.1\r\nHost: here\r\nX-Slow: ");

        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_trickles_is_hung_up_on()
    {
        var token = gate.Server.IssueToken("somebody");
        var answer = await SayAsync(
            $"POST /api/performance/tests/execute HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {token}\r\nContent-Length: 1000\r\n\r\n{{",
            trickle: " "
        );

        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
        Assert.Contains("application/problem+json", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(70, 10, 431)]
    [InlineData(1, 40_000, 431)]
    public async Task Too_many_and_too_large_headers_are_refused(int count, int size, int status)
    {
        var headers = string.Concat(Enumerable.Range(0, count).Select(i => $"X-{i}: {new string('a', size)}\r\n"));

        var answer = await SayAsync($"GET /health HTTP/1.1\r\nHost: here\r\n{headers}\r\n");

        Assert.StartsWith($"HTTP/1.1 {status}", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_that_is_too_long_is_refused_and_the_server_goes_on()
    {
        var answer = await SayAsync($"GET /health?{new string('a', 9000)} HTTP/1.1\r\nHost: here\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 414", answer, StringComparison.Ordinal);
        using var health = await gate.Http.GetAsync("/health", Cancellation);
        Assert.True(health.IsSuccessStatusCode);
    }

    /// <summary>Says something, and then the same little piece again and again, until the server hangs up.</summary>
    private async Task<string> SayAsync(string text, string? trickle = null)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(gate.Server.Address.Host, gate.Server.Address.Port, Cancellation);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text), Cancellation);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var trickling = trickle is null ? Task.CompletedTask : TrickleAsync(stream, trickle, over.Token);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        var heard = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer, patience.Token) is var read and > 0)
            {
                heard.Append(Encoding.ASCII.GetString(buffer, 0, read));
                if (trickle is null && heard.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
                {
                    break;
                }
            }
        }
        catch (IOException)
        {
            // Hung up without a word more.
        }
        await over.CancelAsync();
        await trickling;
        return heard.ToString();
    }

    private static async Task TrickleAsync(NetworkStream stream, string piece, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await Task.Delay(200, cancellation);
                await stream.WriteAsync(Encoding.ASCII.GetBytes(piece), cancellation);
            }
        }
        catch (Exception over) when (over is IOException or OperationCanceledException) { }
    }
}
