using System.Net;
using Npgsql;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Runs;
using PerfGate.Tests.Faults;
using PerfGate.Tests.Runner;

namespace PerfGate.Tests.Postgres;

/// <summary>Tokens as passwords, of a real PostgreSQL; and that a server full of connections is one that is away.</summary>
public sealed class EntraLoginTests(EntraGateFixture entra) : IClassFixture<EntraGateFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_that_is_replaced_under_a_run_lets_new_connections_in_and_loses_no_run()
    {
        await using var target = await LoadTarget.StartAsync();
        var accepted = await entra.Gate.ExecuteAsync(Loads.Request(target.Url, duration: 5), Cancellation);
        await RunnerUnderTest.EventuallyAsync(() => target.Requests > 20, "load begins");

        await entra.RotateAsync();
        await entra.DisconnectAsync();

        var run = await Loads.EndAsync(entra.Gate, accepted.TestId);
        Loads.AssertWell(run);
        // All pools have new connections now: jobs, claims, notices, requests.
        var next = await entra.Gate.ExecuteAsync(Loads.Request(target.Url), Cancellation);
        run = await Loads.EndAsync(entra.Gate, next.TestId);
        Loads.AssertWell(run);
        Assert.Equal(["https://ossrdbms-aad.database.windows.net/.default"], entra.Tokens.Scopes);
    }

    [Fact]
    public async Task Migrations_go_by_the_token_too()
    {
        var applied = await MigrationRunner.MigrateAsync(
            new DatabaseAccess(entra.ConnectionString, entra.Tokens),
            Cancellation
        );

        Assert.Empty(applied);
    }

    [Fact]
    public async Task A_server_without_room_for_a_connection_is_told_as_away_and_loses_no_run()
    {
        await using var target = await LoadTarget.StartAsync();
        var accepted = await entra.Gate.ExecuteAsync(
            Loads.Request(target.Url, duration: 5, environment: "production"),
            Cancellation
        );
        await RunnerUnderTest.EventuallyAsync(() => target.Requests > 20, "load begins");

        await entra.LimitAsync(0);
        try
        {
            await entra.DisconnectAsync();
            await AssertAwayAsync();
            await Task.Delay(TimeSpan.FromSeconds(2), Cancellation);
            await AssertAwayAsync();
        }
        finally
        {
            await entra.LimitAsync(-1);
        }

        var run = await Loads.EndAsync(entra.Gate, accepted.TestId);
        Loads.AssertWell(run);
    }

    [Fact]
    public async Task Where_nobody_gives_out_tokens_the_database_is_away_for_the_moment()
    {
        var token = entra.Tokens.Token;
        entra.Tokens.Token = null;
        try
        {
            await entra.DisconnectAsync();
            await AssertAwayAsync();
        }
        finally
        {
            entra.Tokens.Token = token;
        }
        using var answer = await entra.Http.GetAsync(Runs, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_token_that_is_not_believed_is_a_refusal_and_not_an_absence()
    {
        await using var source = new DatabaseAccess(
            entra.ConnectionString,
            new TokenSource { Token = "another's" }
        ).CreateSource();

        var refused = await Assert.ThrowsAsync<PostgresException>(async () =>
            await source.OpenConnectionAsync(Cancellation)
        );

        Assert.Equal("28P01", refused.SqlState);
        Assert.False(DatabaseAway.Explains(refused));
    }

    [Theory]
    [InlineData("Host=db.example.com;Username=app;Ssl Mode=VerifyFull")]
    [InlineData("Host=db.example.com;Username=app;Ssl Mode=Require")]
    [InlineData("Host=127.0.0.1;Username=app")]
    public void A_connection_string_without_a_password_that_encrypts_will_do(string connectionString) =>
        Assert.Empty(EntraLogin.Problems(connectionString, "--postgres"));

    [Theory]
    [InlineData("Host=db.example.com;Username=app;Password=hunter2;Ssl Mode=VerifyFull", "has a password")]
    [InlineData("Host=db.example.com;Ssl Mode=VerifyFull", "names no user")]
    [InlineData("Host=db.example.com;Username=app", "has Ssl Mode=Prefer")]
    [InlineData("Host=db.example.com;Username=app;Ssl Mode=Disable", "has Ssl Mode=Disable")]
    public void One_that_would_not_do_is_refused_with_the_reason(string connectionString, string problem)
    {
        var refused = Assert.Single(EntraLogin.Problems(connectionString, "--postgres"));

        Assert.Equal(("--postgres", problem), (refused.Field, refused.Problem));
        Assert.DoesNotContain("hunter2", refused.ToString(), StringComparison.Ordinal);
    }

    private static Uri Runs { get; } = new("/api/performance/runs", UriKind.Relative);

    private async Task AssertAwayAsync()
    {
        using var answer = await entra.Http.GetAsync(Runs, Cancellation);
        Assert.True(
            answer.StatusCode == HttpStatusCode.ServiceUnavailable,
            $"{answer.StatusCode} {await answer.Content.ReadAsStringAsync(Cancellation)}"
        );
        Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
    }
}
