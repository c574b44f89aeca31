namespace PerfGate.Tests.K6;

/// <summary>What a target sends is kept up to a size, whatever it promises and however it packs it.</summary>
public sealed class LargeBodyTests(HostileTarget target) : IClassFixture<HostileTarget>
{
    [Theory]
    [InlineData("/sends/65")]
    [InlineData("/floods")]
    [InlineData("/unpacks-to/65")]
    [InlineData("/unpacks-to/4000")]
    [InlineData("/stalls/promising/1073741823")]
    [InlineData("/stalls/promising/9000000000")]
    public async Task A_body_beyond_what_is_kept_is_a_failed_request_that_says_so(string path)
    {
        var run = await RunAsync(
            $$"""
            for (const base of ['{{target.Url}}', '{{target.SecureUrl}}']) {
              const r = http.get(base + '{{path}}');
              console.log(`${r.error_code} ${r.status} ${r.body} ${r.error}`);
            }
            """
        );

        Assert.Equal(2, run.Log.Split("1000 0 null response body is larger than 64 MiB").Length - 1);
        Assert.Equal(2, run.Sum("http_req_failed"));
    }

    [Theory]
    [InlineData("/sends/63")]
    [InlineData("/unpacks-to/63")]
    public async Task A_body_below_that_is_whole(string path)
    {
        var run = await RunAsync(
            $$"""
            const r = http.get('{{target.Url}}{{path}}', { responseType: 'binary' });
            console.log(`${r.status} ${r.body.byteLength}`);
            """
        );

        Assert.Contains("200 66060288", run.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/sends/200")]
    [InlineData("/unpacks-to/200")]
    public async Task A_body_that_is_thrown_away_may_have_any_size_and_takes_no_memory(string path)
    {
        var run = await RunAsync(
            $$"""
            for (const base of ['{{target.Url}}', '{{target.SecureUrl}}']) {
              const r = http.get(base + '{{path}}');
              console.log(`${r.status} ${r.body}`);
            }
            """,
            "--discard-response-bodies"
        );

        Assert.Equal(2, run.Log.Split("200 null").Length - 1);
    }

    [Fact]
    public async Task A_WebSocket_message_beyond_that_ends_the_connection()
    {
        var run = await RunAsync(
            $$"""
            ws.connect('{{target.Url.Replace("http", "ws", StringComparison.Ordinal)}}/ws/sends/65', (socket) => {
              socket.on('message', (message) => console.log(`came ${message.length}`));
              socket.on('error', (e) => console.log(`error ${e.message}`));
              socket.on('close', (code) => console.log(`closed ${code}`));
            });
            """
        );

        Assert.Contains("error websocket: message is larger than 64 MiB", run.Log, StringComparison.Ordinal);
        Assert.Contains("closed 1009", run.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("came", run.Log, StringComparison.Ordinal);
    }

    // With little memory: what is not kept must not be held either.
    private static Task<EngineRun> RunAsync(string body, params string[] arguments) =>
        EngineRun.EmbeddedWithMemoryAsync(
            megabytes: 400,
            $$"""
            import http from 'k6/http';
            import ws from 'k6/ws';
            export const options = {
              insecureSkipTLSVerify: true,
              scenarios: { large: { executor: 'per-vu-iterations', iterations: 1 } },
            };
            export default function () {
              {{body}}
            }
            """,
            arguments
        );
}
