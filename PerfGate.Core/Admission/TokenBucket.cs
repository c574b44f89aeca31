namespace PerfGate.Core.Admission;

/// <summary>
/// A token bucket at a point in time (<see href="https://en.wikipedia.org/wiki/Token_bucket">the usual algorithm</see>): it
/// fills at an even rate up to its burst, and each start takes one token.
/// </summary>
/// <param name="Tokens">What it held then.</param>
/// <param name="At">That point in time, UTC.</param>
public readonly record struct TokenBucket(double Tokens, DateTimeOffset At)
{
    /// <summary>A full one.</summary>
    public static TokenBucket Full(StartRate rate, DateTimeOffset now) => new(rate.Burst, now);

    /// <summary>
    /// The bucket without the token that was taken, or how long until there is one. A clock that went back fills nothing.
    /// </summary>
    public (TokenBucket After, TimeSpan? Wait) Take(StartRate rate, DateTimeOffset now)
    {
        var hours = Math.Max(0, (now - At).TotalHours);
        var tokens = Math.Min(rate.Burst, Tokens + (hours * rate.PerHour));
        // Sums of parts of a token may miss a whole one by the last digits.
        return tokens >= 1 - 1e-9
            ? (new TokenBucket(tokens - 1, now), null)
            : (new TokenBucket(tokens, now), TimeSpan.FromHours((1 - tokens) / rate.PerHour));
    }
}
