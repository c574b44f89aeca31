namespace PerfGate.Core.K6Output;

/// <summary>
/// Reads the samples of k6 as they arrive: bytes go in through <see cref="GetMemory"/> and <see cref="Advance"/>, samples go on
/// to a condenser. A last line that was cut off is left alone, since a killed engine leaves one; anything else that k6 does
/// not write is a problem, and ends the reading. Keeps one buffer and a bounded number of names, however much there is to read.
/// </summary>
public abstract class SampleReader
{
    /// <summary>Longest accepted line, bytes.</summary>
    public const int MaxLineBytes = 1024 * 1024;

    /// <summary>Farthest that two samples of one run may lie apart, seconds: 31 days.</summary>
    public const long MaxSpanSeconds = 31 * 86_400;

    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;
    private long _firstSecond;

    /// <summary>Lines read so far, a CSV's header included.</summary>
    public long Lines { get; private protected set; }

    /// <summary>Why reading stopped; null while all is well.</summary>
    public OutputProblem? Problem { get; private protected set; }

    /// <summary>Whether bytes of an unfinished line are left over.</summary>
    public bool HasCutLine => _end > _start;

    /// <summary>k6's type (<c>counter</c>, <c>gauge</c>, <c>rate</c>, <c>trend</c>) of each metric whose type was told.</summary>
    public virtual IReadOnlyDictionary<string, string> MetricTypes => new Dictionary<string, string>();

    /// <summary>Room for further bytes, at least <paramref name="sizeHint"/>.</summary>
    public Memory<byte> GetMemory(int sizeHint = 32 * 1024)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        if (_buffer.Length - _end < sizeHint)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _end + sizeHint));
        }
        return _buffer.AsMemory(_end);
    }

    /// <summary>Says that so many bytes were written into the memory got last.</summary>
    public void Advance(int bytes) => _end += bytes;

    /// <summary>Forgets what was put in and not read: for going on to empty the source after a problem.</summary>
    public void Drop() => (_start, _end) = (0, 0);

    /// <summary>Copies bytes in.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetMemory(bytes.Length).Span);
        Advance(bytes.Length);
    }

    /// <summary>Hands every whole line that is there on to the condenser; false where reading stopped with <see cref="Problem"/>.</summary>
    public bool ReadInto(Condenser condenser)
    {
        while (TryRead(out var sample))
        {
            if (sample.Value is < 0 or > MeasuredRange.MostVus && !CanBeCounted(sample))
            {
                return Fail("its value is no number of requests, iterations or VUs");
            }
            condenser.Add(sample);
        }
        return Problem is null;
    }

    private static bool CanBeCounted(in Sample sample) =>
        sample.Series.Kind switch
        {
            SampleKind.Vus or SampleKind.VusMax => false,
            SampleKind.Requests or SampleKind.Iterations or SampleKind.Dropped => sample.Value
                is >= 0
                    and <= MeasuredRange.MostCounted,
            _ => true,
        };

    /// <summary>
    /// Says that nothing more comes: a last line without its line feed is read after all where it is whole beyond doubt.
    /// </summary>
    public virtual void Complete() { }

    /// <summary>The next sample; false where more bytes are needed, or reading stopped with <see cref="Problem"/>.</summary>
    internal abstract bool TryRead(out Sample sample);

    /// <summary>What is there and not read.</summary>
    private protected Span<byte> Rest => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Says that so many bytes of it have been read: one line.</summary>
    private protected void Take(int bytes)
    {
        _start += bytes;
        Lines++;
    }

    private protected bool Fail(string problem)
    {
        Problem = new OutputProblem(Math.Max(Lines, 1), problem);
        return false;
    }

    /// <summary>False, with the problem, where the rest has no line feed and is longer than a line may be.</summary>
    private protected bool NeedsMore()
    {
        if (Rest.Length > MaxLineBytes)
        {
            Lines++;
            return Fail(FormattableString.Invariant($"it is longer than {MaxLineBytes} bytes"));
        }
        return false;
    }

    /// <summary>What is wrong with a sample that <see cref="IsNearTheFirst"/> is false of.</summary>
    private protected const string TooFar = "its time is more than 31 days from that of the first sample";

    /// <summary>A run of years would be a mistaken clock, and a series with a point for each of its seconds.</summary>
    private protected bool IsNearTheFirst(long second)
    {
        if (_firstSecond == 0)
        {
            _firstSecond = second;
        }
        return Math.Abs(second - _firstSecond) <= MaxSpanSeconds;
    }
}
