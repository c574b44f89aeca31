using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PerfGate.Tests.Faults;

/// <summary>A target on loopback that is broken in one particular way.</summary>
internal sealed class BrokenTarget : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly ConcurrentBag<Socket> _held = [];
    private readonly CancellationTokenSource _ended = new();
    private Task _serving = Task.CompletedTask;

    private BrokenTarget(int backlog)
    {
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(backlog);
    }

    public string Url => FormattableString.Invariant($"http://{_listener.LocalEndPoint}");

    /// <summary>Packets to it are dropped: its line of connections is full, and nobody takes one.</summary>
    public static async Task<BrokenTarget> UnreachableAsync()
    {
        var target = new BrokenTarget(backlog: 0);
        for (var i = 0; i < 4; i++)
        {
            var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            target._held.Add(filler);
            try
            {
                await filler.ConnectAsync(target._listener.LocalEndPoint!).WaitAsync(TimeSpan.FromMilliseconds(300));
            }
            catch (TimeoutException)
            {
                return target;
            }
        }
        throw new InvalidOperationException("The line of connections does not fill up.");
    }

    /// <summary>A port that nobody listens on.</summary>
    public static async Task<string> RefusingAsync()
    {
        await using var target = new BrokenTarget(1);
        return target.Url;
    }

    /// <summary>Takes every connection and never answers.</summary>
    public static BrokenTarget Hanging() => Serving(static (_, _) => Task.CompletedTask);

    /// <summary>Reads a request and resets the connection.</summary>
    public static BrokenTarget Resetting() =>
        Serving(
            static async (connection, cancellation) =>
            {
                await connection.ReceiveAsync(new byte[4096], cancellation);
                connection.LingerState = new LingerOption(true, 0);
                connection.Close();
            }
        );

    /// <summary>Answers something that is not HTTP, with bytes in it that no text may hold.</summary>
    public static BrokenTarget AnsweringGarbage() =>
        Serving(
            static async (connection, cancellation) =>
            {
                await connection.ReceiveAsync(new byte[4096], cancellation);
                await connection.SendAsync(
                    Encoding.Latin1.GetBytes("\0\u0001SSH-2.0-\u00ff\u00fe\0garbage \ud83d\"\\u0000\r\n\r\n"),
                    cancellation
                );
                connection.Close();
            }
        );

    /// <summary>Promises a long answer and leaves in the middle of it.</summary>
    public static BrokenTarget BreakingOff() =>
        Serving(
            static async (connection, cancellation) =>
            {
                await connection.ReceiveAsync(new byte[4096], cancellation);
                await connection.SendAsync(
                    "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf"u8.ToArray(),
                    cancellation
                );
                connection.Close();
            }
        );

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _listener.Dispose();
        await _serving;
        foreach (var connection in _held)
        {
            connection.Dispose();
        }
        _ended.Dispose();
    }

    private static BrokenTarget Serving(Func<Socket, CancellationToken, Task> answer)
    {
        var target = new BrokenTarget(backlog: 512);
        target._serving = target.ServeAsync(answer);
        return target;
    }

    private async Task ServeAsync(Func<Socket, CancellationToken, Task> answer)
    {
        try
        {
            while (true)
            {
                var connection = await _listener.AcceptAsync(_ended.Token);
                _held.Add(connection);
                _ = AnswerAsync(connection, answer);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException) { }
    }

    private async Task AnswerAsync(Socket connection, Func<Socket, CancellationToken, Task> answer)
    {
        try
        {
            await answer(connection, _ended.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException) { }
    }
}
