using System.Net;
using Npgsql;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Postgres;

/// <summary>What a connection string must be like where an Entra token is the password.</summary>
public static class EntraLogin
{
    /// <summary>The setting's value that asks for it.</summary>
    public const string Entra = "entra";

    /// <summary>The setting's value for a password in the connection string, or none; the default.</summary>
    public const string Password = "password";

    /// <summary>What is wrong with it; none of its values is repeated but the mode of encryption.</summary>
    /// <param name="connectionString">The connection string; one that cannot be read is somebody else's to refuse.</param>
    /// <param name="field">What it is called.</param>
    public static IReadOnlyList<FieldError> Problems(string connectionString, string field)
    {
        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or FormatException)
        {
            return [];
        }
        var problems = new List<FieldError>();
        if (settings.Password is not null)
        {
            problems.Add(new(field, "has a password", "one without: an Entra token is the password"));
        }
        if (settings.Username is null)
        {
            problems.Add(
                new(field, "names no user", "one with Username=, the name of the identity's role in PostgreSQL")
            );
        }
        if (settings.SslMode is SslMode.Disable or SslMode.Allow or SslMode.Prefer && !IsLoopback(settings.Host))
        {
            // The server gets the token as it is, and so does whoever stands between.
            problems.Add(
                new(
                    field,
                    $"has Ssl Mode={settings.SslMode}",
                    "one with Ssl Mode=VerifyFull: a token is sent to nobody else"
                )
            );
        }
        return problems;
    }

    private static bool IsLoopback(string? host) =>
        host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
