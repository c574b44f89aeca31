using System.ComponentModel;
using System.Runtime.InteropServices;
using PerfGate.Core.K6Output;
using PerfGate.Runner.Engines;

namespace PerfGate.Runner.Load;

/// <summary>
/// Takes the samples that the engine writes: a named pipe, so that they never touch a disk; a file that is followed where
/// the system has no named pipes in its file system (Windows).
/// </summary>
internal sealed class SamplePipe : IAsyncDisposable
{
    private static readonly TimeSpan FollowInterval = TimeSpan.FromMilliseconds(200);

    // k6 writes 4 KB at a time. Reading each as it comes would cost more than what is read: rather let some gather.
    private static readonly TimeSpan GatherInterval = TimeSpan.FromMilliseconds(10);

    // As much as Linux lets an ordinary user have (/proc/sys/fs/pipe-max-size).
    private const int WantedPipeBytes = 1 << 20;
    private const int UsualPipeBytes = 64 * 1024;

    private readonly Condenser _condenser;
    private readonly CsvSampleReader _reader = new();
    private readonly FileStream? _keeper;
    private readonly FileStream _stream;
    private readonly TimeProvider _time;
    private readonly Task _reading;
    private readonly int _pipeBytes;
    private volatile bool _ended;

    private SamplePipe(string path, FileStream? keeper, FileStream stream, Condenser condenser, TimeProvider time)
    {
        Path = path;
        _keeper = keeper;
        _stream = stream;
        _condenser = condenser;
        _time = time;
        _pipeBytes = OperatingSystem.IsLinux()
            ? Math.Max(UsualPipeBytes, Native.Fcntl(stream.SafeFileHandle, Native.SetPipeSize, WantedPipeBytes))
            : UsualPipeBytes;
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>Where the engine writes to.</summary>
    public string Path { get; }

    /// <summary>Why samples could not be read on; null while all is well.</summary>
    public OutputProblem? Problem => _reader.Problem;

    /// <summary>Completes with the last sample; a fault means that nobody reads what the engine writes.</summary>
    public Task Reading => _reading;

    /// <summary>Makes the pipe and begins to read it. Samples go to the condenser, which is locked meanwhile.</summary>
    /// <exception cref="Win32Exception">The pipe could not be made.</exception>
    public static SamplePipe Create(string folder, Condenser condenser, TimeProvider time)
    {
        var path = System.IO.Path.Combine(folder, "samples.csv");
        if (OperatingSystem.IsWindows())
        {
            var file = new FileStream(path, FileMode.CreateNew, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            return new SamplePipe(path, null, file, condenser, time);
        }
        if (
            Native.MakeFifo(
                path,
                0x180 /* 0600 */
            ) != 0
        )
        {
            throw new Win32Exception(
                Marshal.GetLastPInvokeError(),
                $"mkfifo {path}: {Marshal.GetLastPInvokeErrorMessage()}"
            );
        }
        // Opening a pipe waits for the other side, and k6 may die before it opens its own: so one writer is there from the
        // beginning, and reading ends when it is closed and k6 is gone.
        var keeper = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        return new SamplePipe(path, keeper, stream, condenser, time);
    }

    /// <summary>Says that the engine is gone; returns when what it wrote has been read.</summary>
    public async Task FinishAsync()
    {
        _ended = true;
        if (_keeper is not null)
        {
            await _keeper.DisposeAsync();
        }
        await _reading;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await FinishAsync();
        await _stream.DisposeAsync();
    }

    private async Task ReadAsync()
    {
        while (true)
        {
            var ended = _ended;
            var bytes = await _stream.ReadAsync(_reader.GetMemory(_pipeBytes));
            if (bytes > 0)
            {
                _reader.Advance(bytes);
                Condense();
                if (bytes < _pipeBytes / 4 && !ended)
                {
                    await Task.Delay(GatherInterval, _time);
                }
            }
            else if (_keeper is not null || ended)
            {
                return;
            }
            else
            {
                await Task.Delay(FollowInterval, _time);
            }
        }
    }

    private void Condense()
    {
        lock (_condenser)
        {
            _reader.ReadInto(_condenser);
        }
        if (_reader.Problem is not null)
        {
            // Read on all the same, or the engine would wait for room in the pipe for ever.
            _reader.Drop();
        }
    }
}
