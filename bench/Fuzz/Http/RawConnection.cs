using System.Net.Sockets;

namespace PerfGate.Bench.Fuzz.Http;

/// <summary>
/// Says bytes to the server as they are: clients that know HTTP would not let most of them out.
/// </summary>
/// <param name="server">Where it listens.</param>
internal sealed class RawConnection(Uri server) : IDisposable
{
    // A server that waits for more of a broken request is told that there is none.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan LastPatience = TimeSpan.FromMinutes(2);

    private readonly byte[] _buffer = new byte[64 * 1024];
    private TcpClient? _client;

    /// <summary>Asks; the connection is used again where the request is one that ends where it says.</summary>
    /// <exception cref="FormatException">What came is no HTTP.</exception>
    /// <exception cref="TimeoutException">Nothing came, and the connection stayed open.</exception>
    public async Task<RawAnswer?> AskAsync(byte[] request, bool isFramed)
    {
        var isUsed = _client is not null;
        var answer = await TryAskAsync(request, isFramed);
        if (answer is null && isFramed && isUsed)
        {
            // The server may have closed it when this was on its way.
            answer = await TryAskAsync(request, isFramed);
        }
        if (answer is not { StaysOpen: true } || !isFramed)
        {
            Dispose();
        }
        return answer;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _client?.Dispose();
        _client = null;
    }

    private async Task<RawAnswer?> TryAskAsync(byte[] request, bool isFramed)
    {
        if (!isFramed)
        {
            Dispose();
        }
        if (_client is null)
        {
            _client = new TcpClient { NoDelay = true };
            await _client.ConnectAsync(server.Host, server.Port);
        }
        using var heard = new MemoryStream();
        try
        {
            var stream = _client.GetStream();
            await stream.WriteAsync(request);
            while (true)
            {
                var read = await ReadAsync(stream, isFramed);
                heard.Write(_buffer, 0, read);
                var answer = RawAnswer.Read(heard.GetBuffer().AsSpan(0, (int)heard.Length), read == 0);
                if (answer is not null || read == 0)
                {
                    if (read == 0)
                    {
                        Dispose();
                    }
                    return answer;
                }
            }
        }
        catch (IOException)
        {
            // Hung up on, in the midst of it; what was heard before counts.
            Dispose();
            return RawAnswer.Read(heard.GetBuffer().AsSpan(0, (int)heard.Length), ended: true);
        }
    }

    private async Task<int> ReadAsync(NetworkStream stream, bool isFramed)
    {
        using var over = new CancellationTokenSource(LastPatience);
        var reading = stream.ReadAsync(_buffer, over.Token).AsTask();
        if (!isFramed && await Task.WhenAny(reading, Task.Delay(Patience, over.Token)) != reading)
        {
            _client!.Client.Shutdown(SocketShutdown.Send);
        }
        try
        {
            return await reading;
        }
        catch (OperationCanceledException)
        {
            Dispose();
            throw new TimeoutException("No answer, and the connection stayed open.");
        }
        finally
        {
            await over.CancelAsync();
        }
    }
}
