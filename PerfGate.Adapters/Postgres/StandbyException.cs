using Npgsql;

namespace PerfGate.Adapters.Postgres;

/// <summary>The server that answers is a standby, which only reads: its primary is elsewhere, or is about to be.</summary>
public sealed class StandbyException() : NpgsqlException("The database server is a standby, which only reads.")
{
    internal const string Question = "SELECT pg_is_in_recovery()";

    /// <inheritdoc />
    public override bool IsTransient => true;

    /// <exception cref="StandbyException">The answer to the question is yes.</exception>
    internal static void ThrowIf(object? answer)
    {
        if (answer is true)
        {
            throw new StandbyException();
        }
    }
}
