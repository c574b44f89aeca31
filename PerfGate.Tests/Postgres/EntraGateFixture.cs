using System.Net.Http.Headers;
using Azure.Core;
using Azure.Identity;
using Npgsql;
using PerfGate.Host.Server;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Postgres;

/// <summary>Gives out the token it is told to, as an identity of Azure's does.</summary>
internal sealed class TokenSource : TokenCredential
{
    /// <summary>Null: nobody gives out tokens.</summary>
    public string? Token { get; set; }

    public HashSet<string> Scopes { get; } = [];

    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        lock (Scopes)
        {
            Scopes.UnionWith(requestContext.Scopes);
        }
        return Token is { } token
            ? new AccessToken(token, TimeProvider.System.GetUtcNow().AddHours(1))
            : throw new CredentialUnavailableException("no identity answers");
    }

    public override ValueTask<AccessToken> GetTokenAsync(
        TokenRequestContext requestContext,
        CancellationToken cancellationToken
    ) => new(GetToken(requestContext, cancellationToken));
}

/// <summary>
/// A server whose database knows its role by a password that changes, as tokens do. The role is no superuser: it owns its
/// database, and that is all.
/// </summary>
public sealed class EntraGateFixture(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"perfgate-entra-{Guid.NewGuid():N}");
    private readonly string _role = $"identity_{Guid.NewGuid():N}";
    private NpgsqlDataSource _administrator = null!;
    private GateServer _server = null!;
    private string _database = "";

    internal TokenSource Tokens { get; } = new();

    public GateClient Gate { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    /// <summary>How the role reaches its database: without a password.</summary>
    public string ConnectionString { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var own = new NpgsqlConnectionStringBuilder(await postgres.CreateEmptyAsync());
        _database = own.Database!;
        // In the database beside it: what it does to the other must not keep it out.
        _administrator = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(own.ConnectionString) { Database = "postgres" }.ConnectionString
        );
        await DoAsync($"CREATE ROLE {_role} LOGIN");
        await DoAsync($"ALTER DATABASE {_database} OWNER TO {_role}");
        await RotateAsync();
        (own.Username, own.Password) = (_role, null);
        ConnectionString = own.ConnectionString;
        _server = await GateServer.StartAsync(
            new GateServerOptions
            {
                DataFolder = _folder,
                Urls = "http://127.0.0.1:0",
                Engine = "embedded",
                PostgresConnectionString = ConnectionString,
                PostgresByEntra = true,
                Credential = Tokens,
            },
            CancellationToken.None
        );
        var token = _server.IssueToken("tests");
        Gate = new GateClient(_server.Address, token);
        Http = new HttpClient { BaseAddress = _server.Address };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>The token of before is no longer believed; a new one is given out.</summary>
    public async Task RotateAsync()
    {
        Tokens.Token = $"token-{Guid.NewGuid():N}";
        await DoAsync($"ALTER ROLE {_role} PASSWORD '{Tokens.Token}'");
    }

    /// <summary>How many connections the role may have to its database; -1 for any number.</summary>
    public Task LimitAsync(int connections) => DoAsync($"ALTER DATABASE {_database} CONNECTION LIMIT {connections}");

    /// <summary>Ends all the role's connections.</summary>
    public Task DisconnectAsync() =>
        DoAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{_role}'");

    public async ValueTask DisposeAsync()
    {
        Gate.Dispose();
        Http.Dispose();
        await _server.DisposeAsync();
        await _administrator.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task DoAsync(string sql)
    {
        await using var command = _administrator.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
