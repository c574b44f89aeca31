using System.Runtime.CompilerServices;

namespace PerfGate.Core.K6Output;

/// <summary>The rows a reader knows, and the second it is in.</summary>
internal sealed class KnownRows
{
    private readonly SeriesCache _cache = new();
    private readonly SeriesMaker _maker = new();
    private readonly Series _passing = new();
    private KnownRow? _last;

    /// <summary>The row that came after the last one the time before; null where none did.</summary>
    public KnownRow? Expected => _last?.Next;

    /// <summary>The last row read is this one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MoveTo(KnownRow row) => _last = row;

    /// <summary>Looks a row up by its bytes.</summary>
    public bool TryFind(ulong hash, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> suffix, out Series? series)
    {
        var row = _cache.Find(hash, prefix, suffix);
        series = row?.Series;
        if (row is null)
        {
            return false;
        }
        Follow(row);
        return true;
    }

    /// <summary>The series of a row's texts; kept under the row's bytes where it was seen before.</summary>
    public Series Learn(ulong hash, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> suffix, in TagText tags)
    {
        if (!_cache.IsWorthKeeping(hash, prefix.Length + suffix.Length))
        {
            return Pass(tags);
        }
        var series = new Series();
        _maker.Fill(series, tags);
        Follow(_cache.Keep(hash, prefix, suffix, series));
        return series;
    }

    /// <summary>The series of a row that will not be looked for again. Valid until the next one.</summary>
    public Series Pass(in TagText tags)
    {
        _maker.Fill(_passing, tags);
        return _passing;
    }

    private void Follow(KnownRow row)
    {
        if (_last is not null)
        {
            _last.Next = row;
        }
        _last = row;
    }
}
