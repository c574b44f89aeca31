using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PerfGate.Tests.Faults;

/// <summary>What becomes of the commit that is waited for.</summary>
internal enum Cut
{
    /// <summary>It comes through.</summary>
    None,

    /// <summary>It never comes to the database.</summary>
    BeforeIt,

    /// <summary>The database does it, and its answer is lost.</summary>
    AfterIt,
}

/// <summary>
/// The way to a database, which breaks where a transaction that holds a text commits; then nobody comes through until
/// <see cref="Mend"/>.
/// </summary>
internal sealed class CommitCutter : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly string _host;
    private readonly int _port;
    private readonly byte[] _mark;
    private readonly Task _accepting;
    private readonly ConcurrentDictionary<TcpClient, bool> _clients = [];
    private volatile bool _broken;

    public CommitCutter(string host, int port, string mark)
    {
        (_host, _port, _mark) = (host, port, Encoding.UTF8.GetBytes(mark));
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What to do with the next commit of that text.</summary>
    public Cut Next { get; set; }

    /// <summary>Whether nobody else comes through either, once it is cut.</summary>
    public bool StaysBroken { get; set; }

    public void Mend() => _broken = false;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                open.Add(PassAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task PassAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using var closing = client;
        try
        {
            if (_broken)
            {
                return;
            }
            _clients[client] = true;
            await server.ConnectAsync(_host, _port, _end.Token);
            var isCut = new StrongBox();
            var back = BackAsync(server.GetStream(), client.GetStream(), isCut);
            await ThereAsync(client.GetStream(), server.GetStream(), isCut, back);
        }
        catch (Exception ended)
            when (ended is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Either side has gone.
        }
        finally
        {
            _clients.TryRemove(client, out var _);
        }
    }

    private async Task ThereAsync(NetworkStream client, NetworkStream server, StrongBox isCut, Task back)
    {
        var buffer = new byte[256 * 1024];
        var isMarked = false;
        int read;
        while ((read = await client.ReadAsync(buffer, _end.Token)) > 0)
        {
            var bytes = buffer.AsMemory(0, read);
            isMarked |= bytes.Span.IndexOf(_mark) >= 0;
            if (isMarked && Next != Cut.None && bytes.Span.IndexOf("COMMIT"u8) >= 0)
            {
                var cut = Next;
                Next = Cut.None;
                _broken = StaysBroken;
                isCut.Value = true;
                if (cut == Cut.AfterIt)
                {
                    await server.WriteAsync(bytes, _end.Token);
                    // It ends with the database's answer, which goes no further.
                    await back;
                }
                if (StaysBroken)
                {
                    BreakAll();
                }
                return;
            }
            await server.WriteAsync(bytes, _end.Token);
        }
    }

    private async Task BackAsync(NetworkStream server, NetworkStream client, StrongBox isCut)
    {
        var buffer = new byte[256 * 1024];
        int read;
        while ((read = await server.ReadAsync(buffer, _end.Token)) > 0 && !isCut.Value)
        {
            await client.WriteAsync(buffer.AsMemory(0, read), _end.Token);
        }
    }

    private void BreakAll()
    {
        foreach (var client in _clients.Keys)
        {
            client.Close();
        }
    }

    private sealed class StrongBox
    {
        public volatile bool Value;
    }
}
