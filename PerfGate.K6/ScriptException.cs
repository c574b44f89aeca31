namespace PerfGate.K6;

/// <summary>The script, or its options, ask for something that cannot be done; the message is for its author.</summary>
public sealed class ScriptException(string message) : Exception(message);

/// <summary>k6's exit codes (<c>errext/exitcodes</c>).</summary>
public static class ExitCodes
{
    /// <summary>The test ran.</summary>
    public const int Ok = 0;

    /// <summary>A threshold was crossed.</summary>
    public const int ThresholdsCrossed = 99;

    /// <summary>setup() took too long.</summary>
    public const int SetupTimeout = 100;

    /// <summary>teardown() took too long.</summary>
    public const int TeardownTimeout = 101;

    /// <summary>The options cannot be used.</summary>
    public const int InvalidConfig = 104;

    /// <summary>Stopped by a signal.</summary>
    public const int ExternalAbort = 105;

    /// <summary>The script threw in its init code, or in setup or teardown.</summary>
    public const int ScriptException = 107;

    /// <summary>The script called test.abort().</summary>
    public const int ScriptAborted = 108;

    /// <summary>The engine itself failed (k6: a panic).</summary>
    public const int EngineFault = 109;

    /// <summary>The script called test.fail().</summary>
    public const int MarkedAsFailed = 110;
}
