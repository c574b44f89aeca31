namespace PerfGate.Core.K6Output;

/// <summary>
/// The text of the second that a reader is in, and of the one before: samples of two seconds come mixed where one ends.
/// </summary>
internal sealed class SecondText
{
    private byte[] _beforeText = [];
    private long _before;

    /// <summary>The text, one object as long as it is the same second; empty before the first.</summary>
    public byte[] Text { get; private set; } = [];

    /// <summary>Unix time, seconds.</summary>
    public long Second { get; private set; }

    /// <summary>Whether this is the second or the one before; it is then the current one.</summary>
    public bool TryMoveTo(ReadOnlySpan<byte> text)
    {
        if (text.SequenceEqual(Text))
        {
            return Text.Length > 0;
        }
        if (!text.SequenceEqual(_beforeText) || text.IsEmpty)
        {
            return false;
        }
        (Text, Second, _beforeText, _before) = (_beforeText, _before, Text, Second);
        return true;
    }

    /// <summary>Goes on to another second.</summary>
    public void MoveTo(ReadOnlySpan<byte> text, long second)
    {
        (_beforeText, _before) = (Text, Second);
        (Text, Second) = (text.ToArray(), second);
    }

    /// <summary>Forgets both: their texts mean something else from now on.</summary>
    public void Clear() => (Text, Second, _beforeText, _before) = ([], 0, [], 0);
}
