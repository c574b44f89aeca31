using System.Net.Sockets;
using Azure;
using Azure.Identity;
using Npgsql;

namespace PerfGate.Adapters.Postgres;

/// <summary>Tells a database that is out of reach for the moment from one that refuses what it was asked.</summary>
public static class DatabaseAway
{
    /// <summary>
    /// Whether an exception, or one inside it, says that the same command may succeed later: no connection, a connection that
    /// broke or could not be agreed upon, a server that starts, stops, has no room or is a standby for the moment, no token to be had.
    /// </summary>
    public static bool Explains(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                // A server that became a standby, or is about to become the primary.
                case PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction }:
                    return true;
                // Class 57P: the server stops, crashed or starts; a database that is being dropped does not come back.
                case PostgresException { SqlState: PostgresErrorCodes.DatabaseDropped }:
                    return false;
                case PostgresException answered:
                    return answered.IsTransient || answered.SqlState.StartsWith("57P", StringComparison.Ordinal);
                // A connection that two commands want at once is a fault of ours.
                case NpgsqlOperationInProgressException:
                // A blob service's. Its sockets are no database's.
                case RequestFailedException:
                    return false;
                // Also what is no fault of the network to Npgsql: a server that dies while it agrees on encryption.
                case NpgsqlException:
                case SocketException:
                // Without a token nobody gets in; who gives them out is away, or has no time.
                case AuthenticationFailedException:
                    return true;
                default:
                    break;
            }
        }
        return false;
    }
}
