namespace PerfGate.Host.Commands;

/// <summary>
/// Exit codes. 0 to 3 are verdicts, and the code of whatever kept a verdict from being made; mistakes of the caller have the
/// numbers of sysexits.h, so that no mistyped option is ever taken for a verdict.
/// </summary>
public static class ExitCodes
{
    /// <summary>Done; the verdict is passed.</summary>
    public const int Ok = 0;

    /// <summary>The verdict is failed; or, of <c>check</c>, the script is not well, of <c>audit verify</c>, the chain is broken.</summary>
    public const int Failed = 1;

    /// <summary>There is no verdict: the run's is error, or the server cannot be reached, or refuses.</summary>
    public const int Error = 3;

    /// <summary>The command line cannot be used (EX_USAGE).</summary>
    public const int Usage = 64;

    /// <summary>The request has fields that cannot be used (EX_DATAERR).</summary>
    public const int UnusableRequest = 65;

    /// <summary>PerfGate itself is broken (EX_SOFTWARE).</summary>
    public const int Surprise = 70;

    /// <summary>Not yet: the run has not ended (EX_TEMPFAIL).</summary>
    public const int NotYet = 75;

    /// <summary>Ended by a signal: this and its number; 130 on Ctrl+C.</summary>
    public const int Signal = 128;
}
