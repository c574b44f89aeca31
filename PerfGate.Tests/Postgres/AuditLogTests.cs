using System.Globalization;
using Npgsql;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Postgres;

/// <summary>The trail as the database keeps it, and what is seen of meddling.</summary>
public sealed class AuditLogTests(PostgresFixture postgres) : IAsyncLifetime
{
    private NpgsqlDataSource _database = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await postgres.CreateMigratedAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData("UPDATE audit_log SET principal = 'nobody'")]
    [InlineData("UPDATE audit_log SET detail = NULL WHERE id = 4711")]
    [InlineData("DELETE FROM audit_log")]
    [InlineData("TRUNCATE audit_log")]
    [InlineData("SET session_replication_role = replica; DELETE FROM audit_log")]
    [InlineData("INSERT INTO audit_log SELECT * FROM audit_log ON CONFLICT (id) DO UPDATE SET principal = 'nobody'")]
    public async Task The_database_refuses_to_change_or_delete_a_row(string sql)
    {
        await AppendAsync(3);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => DoAsync(sql));

        Assert.Contains("append-only", refused.MessageText, StringComparison.Ordinal);
        Assert.Null((await ProveAsync()).Break);
    }

    [Fact]
    public async Task What_a_writer_says_of_place_time_and_hash_does_not_count()
    {
        await AppendAsync(1);
        await DoAsync(
            """
            INSERT INTO audit_log (id, at, principal, action, outcome, previous_hash, hash)
            VALUES (99, 'infinity', 'forger', 'run.execute', 'done', '\x00', '\x00')
            """
        );

        var proof = await ProveAsync();

        Assert.Equal((2, null), (proof.Rows, proof.Break));
    }

    [Fact]
    public async Task A_temporary_table_of_its_name_forges_no_place_and_ends_no_appending()
    {
        await AppendAsync(2);
        await DoAsync(
            """
            CREATE TEMP TABLE audit_log (id bigint, hash bytea);
            INSERT INTO pg_temp.audit_log VALUES (9223372036854775807, '\x00');
            SET search_path = pg_temp, public;
            INSERT INTO public.audit_log (principal, action, outcome) VALUES ('forger', 'run.execute', 'done')
            """
        );
        await AppendAsync(1);

        var proof = await ProveAsync();

        Assert.Equal((4, null), (proof.Rows, proof.Break));
    }

    [Fact]
    public async Task It_is_chained_in_whichever_schema_it_is()
    {
        var elsewhere = await postgres.CreateEmptyAsync();
        await using (var owner = NpgsqlDataSource.Create(elsewhere))
        {
            await using var make = owner.CreateCommand("CREATE SCHEMA gate");
            await make.ExecuteNonQueryAsync(Cancellation);
        }
        var own = new NpgsqlConnectionStringBuilder(elsewhere) { SearchPath = "gate" }.ConnectionString;
        await MigrationRunner.MigrateAsync(own, Cancellation);
        await using var database = NpgsqlDataSource.Create(own);
        var log = new AuditLog(database);

        await log.AppendAsync(new AuditEntry("anna", AuditActions.Execute, AuditOutcomes.Done), Cancellation);
        await log.AppendAsync(new AuditEntry("anna", AuditActions.Execute, AuditOutcomes.Done), Cancellation);

        await using var count = database.CreateCommand("SELECT max(id) FROM gate.audit_log");
        Assert.Equal(2L, await count.ExecuteScalarAsync(Cancellation));
    }

    [Fact]
    public async Task Any_text_is_chained_by_the_same_bytes_in_the_database_and_here()
    {
        var log = new AuditLog(_database);
        foreach (
            var text in new[]
            {
                "",
                "5:x,-,",
                "äöü → 日本 🚦",
                "nul \0, half \ud83d",
                "two\nlines\t\"",
                new string('é', 9000),
            }
        )
        {
            var by = new Caller(text, Role.Admin, "::1");
            await log.AppendAsync(
                new AuditEntry(by, AuditActions.Execute, AuditOutcomes.Refused)
                {
                    Environment = TargetEnvironment.Production,
                    Subject = text,
                    Detail = text,
                },
                Cancellation
            );
        }
        await log.AppendAsync(new AuditEntry(null, AuditActions.Result, "passed"), Cancellation);

        var proof = await ProveAsync();
        var rows = await RowsAsync();

        Assert.Equal((7, null), (proof.Rows, proof.Break));
        Assert.Equal(
            ("unknown", "PerfGate.Admin", "production"),
            (rows[0].Principal, rows[0].Role, rows[0].Environment)
        );
        Assert.Equal("nul \ufffd, half \ufffd", rows[3].Detail);
        Assert.Equal(AuditEntry.LongestDetail, rows[5].Detail!.Length);
        Assert.Equal(("system", null, null), (rows[6].Principal, rows[6].Role, rows[6].Subject));
    }

    [Theory]
    [InlineData("UPDATE audit_log SET detail = 'nothing happened' WHERE id = 5", 5, AuditBreakKind.Altered)]
    [InlineData("UPDATE audit_log SET environment = NULL WHERE id = 5", 5, AuditBreakKind.Altered)]
    [InlineData("UPDATE audit_log SET at = 'infinity' WHERE id = 5", 5, AuditBreakKind.Altered)]
    [InlineData("UPDATE audit_log SET at = at + interval '1 microsecond' WHERE id = 1", 1, AuditBreakKind.Altered)]
    [InlineData("UPDATE audit_log SET hash = sha256('x') WHERE id = 9", 9, AuditBreakKind.Altered)]
    [InlineData("DELETE FROM audit_log WHERE id = 5", 5, AuditBreakKind.Missing)]
    [InlineData("DELETE FROM audit_log WHERE id < 4", 1, AuditBreakKind.Missing)]
    [InlineData(
        "DELETE FROM audit_log WHERE id = 5; UPDATE audit_log SET id = 5 WHERE id = 6",
        5,
        AuditBreakKind.Missing
    )]
    [InlineData(
        "UPDATE audit_log SET id = 99 WHERE id = 5; UPDATE audit_log SET id = 5 WHERE id = 6; UPDATE audit_log SET id = 6 WHERE id = 99",
        5,
        AuditBreakKind.Reordered
    )]
    [InlineData("UPDATE audit_log SET id = 99 WHERE id = 5", 5, AuditBreakKind.Reordered)]
    [InlineData("UPDATE audit_log SET id = -1 WHERE id = 9", 1, AuditBreakKind.Reordered)]
    public async Task Who_owns_the_table_can_meddle_but_not_unseen(string sql, long position, AuditBreakKind kind)
    {
        await AppendAsync(10);

        await MeddleAsync(sql);

        var proof = await ProveAsync();
        Assert.Equal((position, kind), (proof.Break?.Position, proof.Break?.Kind));
        Assert.Equal(position - 1, proof.Rows);
    }

    [Fact]
    public async Task A_row_written_anew_with_a_hash_that_fits_is_given_away_by_the_one_after_it()
    {
        await AppendAsync(10);
        var forged = (await RowsAsync())[4] with { Principal = "somebody else" };

        await MeddleAsync(
            $"UPDATE audit_log SET principal = 'somebody else', hash = decode('{AuditChain.HashOf(forged)}', 'hex') WHERE id = 5"
        );

        var proof = await ProveAsync();
        Assert.Equal((5L, AuditBreakKind.Altered), (proof.Break!.Position, proof.Break.Kind));
    }

    [Fact]
    public async Task Rows_cut_off_at_the_end_are_told_by_a_head_that_was_noted()
    {
        await AppendAsync(10);
        var noted = (await ProveAsync()).Head;
        await AppendAsync(1);
        Assert.True((await ProveAsync(noted)).HasExpected);

        await MeddleAsync("DELETE FROM audit_log WHERE id > 8");

        var proof = await ProveAsync(noted);
        Assert.Equal((8, null), (proof.Rows, proof.Break));
        Assert.False(proof.HasExpected);
    }

    [Fact]
    public async Task Twenty_who_write_at_once_make_one_chain_without_gaps()
    {
        var log = new AuditLog(_database);
        await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(async writer =>
                {
                    for (var i = 0; i < 20; i++)
                    {
                        if (i % 5 == 4)
                        {
                            // What is not committed leaves no gap.
                            await using var connection = await _database.OpenConnectionAsync(Cancellation);
                            await using var transaction = await connection.BeginTransactionAsync(Cancellation);
                            await AuditLog.AppendAsync(connection, Entry(writer), Cancellation);
                            await transaction.RollbackAsync(Cancellation);
                        }
                        await log.AppendAsync(Entry(writer), Cancellation);
                    }
                })
        );

        var proof = await ProveAsync();
        Assert.Equal((400, null), (proof.Rows, proof.Break));
    }

    [Fact]
    public async Task What_comes_at_once_goes_into_few_transactions_and_one_chain()
    {
        var log = new AuditLog(_database);

        await Task.WhenAll(Enumerable.Range(0, 500).Select(writer => log.AppendAsync(Entry(writer), Cancellation)));

        var proof = await ProveAsync();
        Assert.Equal((500, null), (proof.Rows, proof.Break));
        Assert.Equal(
            Enumerable.Range(0, 500),
            (await RowsAsync()).Select(row => int.Parse(row.Subject!, CultureInfo.InvariantCulture))
        );
        await using var transactions = _database.CreateCommand("SELECT count(DISTINCT xmin::text) FROM audit_log");
        Assert.InRange((long)(await transactions.ExecuteScalarAsync(Cancellation))!, 1, 250);
    }

    [Fact]
    public async Task A_row_that_is_refused_takes_none_of_those_beside_it_with_it()
    {
        await DoAsync("ALTER TABLE audit_log ADD CHECK (subject <> '13')");
        var log = new AuditLog(_database);

        var written = Enumerable.Range(0, 30).Select(writer => log.AppendAsync(Entry(writer), Cancellation)).ToList();
        await Task.WhenAll(written).ContinueWith(_ => { }, TaskScheduler.Default);

        Assert.IsType<AuditFailedException>(Assert.Single(written, task => task.IsFaulted).Exception!.InnerException);
        Assert.True(written[13].IsFaulted);
        var proof = await ProveAsync();
        Assert.Equal((29, null), (proof.Rows, proof.Break));
    }

    [Fact]
    public async Task Who_holds_up_the_others_and_stands_idle_is_not_waited_for_long()
    {
        await using var connection = await _database.OpenConnectionAsync(Cancellation);
        await using var ask = new NpgsqlCommand("SHOW idle_in_transaction_session_timeout", connection);
        await using (var transaction = await connection.BeginTransactionAsync(Cancellation))
        {
            await AuditLog.AppendAsync(connection, Entry(1), Cancellation);
            Assert.Equal("15s", await ask.ExecuteScalarAsync(Cancellation));
            await transaction.CommitAsync(Cancellation);
        }
        Assert.Equal("0", await ask.ExecuteScalarAsync(Cancellation));
    }

    private static AuditEntry Entry(int number) =>
        new(new Caller($"writer {number}", Role.Engineer, "127.0.0.1"), AuditActions.Execute, AuditOutcomes.Accepted)
        {
            Environment = TargetEnvironment.Staging,
            Subject = $"{number}",
        };

    private async Task AppendAsync(int rows)
    {
        for (var i = 0; i < rows; i++)
        {
            await new AuditLog(_database).AppendAsync(Entry(i), Cancellation);
        }
    }

    private Task<AuditProof> ProveAsync(string? noted = null) =>
        AuditChain.VerifyAsync(
            new AuditPages(_database).StreamAsync(new AuditFilter(), Cancellation),
            noted,
            Cancellation
        );

    private async Task<List<AuditRow>> RowsAsync()
    {
        var rows = new List<AuditRow>();
        await foreach (var row in new AuditPages(_database).StreamAsync(new AuditFilter(), Cancellation))
        {
            rows.Add(row);
        }
        return rows;
    }

    // As the owner of the table, who can set its triggers aside.
    private Task MeddleAsync(string sql) =>
        DoAsync($"ALTER TABLE audit_log DISABLE TRIGGER ALL; {sql}; ALTER TABLE audit_log ENABLE TRIGGER ALL");

    private async Task DoAsync(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
