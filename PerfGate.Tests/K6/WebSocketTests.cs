namespace PerfGate.Tests.K6;

public sealed class WebSocketTests(EngineTarget target) : IClassFixture<EngineTarget>
{
    [Theory]
    [InlineData(
        """
            import ws from 'k6/ws';
            import { check } from 'k6';
            export default function () {
              let echoed = '';
              const r = ws.connect(__ENV.TARGET.replace('http', 'ws') + '/ws', {}, (socket) => {
                socket.on('open', () => socket.send('hello'));
                socket.on('message', (m) => { echoed = m; socket.close(); });
                socket.setTimeout(() => socket.close(), 10000);
              });
              check(r, { 'is 101': (x) => x.status === 101, echoed: () => echoed === 'hello' });
            }
            """
    )]
    [InlineData(
        """
            import { WebSocket } from 'k6/websockets';
            import { check } from 'k6';
            export default function () {
              const socket = new WebSocket(__ENV.TARGET.replace('http', 'ws') + '/ws');
              socket.onopen = () => socket.send('hello');
              socket.addEventListener('message', (e) => { check(e, { echoed: (x) => x.data === 'hello' }); socket.close(); });
              socket.onclose = () => check(socket, { closed: (s) => s.readyState === 3 });
            }
            """
    )]
    public async Task An_echo_comes_back(string script)
    {
        var run = await EngineRun.EmbeddedAsync(script, "-e", $"TARGET={target.Url}");

        Assert.Equal(0, run.ExitCode);
        Assert.True(run.Sum("checks") == 2 && run.Count("checks") == 2, run.Output + run.Log);
        Assert.Equal(1, run.Sum("ws_sessions"));
        Assert.Equal(1, run.Sum("ws_msgs_sent"));
        Assert.Equal(1, run.Sum("ws_msgs_received"));
        Assert.Equal(1, run.Count("ws_session_duration", "101"));
        Assert.True(run.Sum("data_received") > 0);
    }
}
