using System.Security.Cryptography;
using System.Text;
using PerfGate.Core.Admission;

namespace PerfGate.Tests.Admission;

public sealed class AuditChainTests
{
    [Fact]
    public void A_hash_is_made_as_the_documentation_says()
    {
        var row = new AuditRow
        {
            Id = 12,
            At = "2026-03-14T09:00:00.000250Z",
            Principal = "zoë",
            Role = "PerfGate.Admin",
            FromAddress = "::1",
            Action = "run.execute",
            Environment = "staging",
            Outcome = "accepted",
            PreviousHash = AuditChain.Root,
            Hash = "",
        };

        const string Text =
            "16:perfgate-audit-1,2:12,27:2026-03-14T09:00:00.000250Z,4:zoë,14:PerfGate.Admin,3:::1,11:run.execute,"
            + "7:staging,-,8:accepted,-,64:0000000000000000000000000000000000000000000000000000000000000000,";
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text))), AuditChain.HashOf(row));
    }

    [Fact]
    public async Task A_chain_of_nothing_is_whole_and_its_head_is_the_root()
    {
        var proof = await AuditChain.VerifyAsync(Rows([]), AuditChain.Root, TestContext.Current.CancellationToken);

        Assert.Equal(new AuditProof(0, AuditChain.Root, null, true), proof);
    }

    [Fact]
    public async Task Text_moved_from_one_field_to_the_next_is_another_row()
    {
        var row = Chained(3)[0];

        var moved = row with { Principal = row.Principal[..^1], Role = row.Principal[^1..] + row.Role };
        var proof = await AuditChain.VerifyAsync(Rows([moved]), null, TestContext.Current.CancellationToken);

        Assert.Equal(AuditBreakKind.Altered, proof.Break!.Kind);
    }

    [Fact]
    public async Task Lines_of_an_export_that_changed_places_are_reordered_not_missing()
    {
        var rows = Chained(10);
        (rows[4], rows[5]) = (rows[5], rows[4]);

        var proof = await AuditChain.VerifyAsync(Rows(rows), null, TestContext.Current.CancellationToken);

        Assert.Equal((5L, AuditBreakKind.Reordered), (proof.Break!.Position, proof.Break.Kind));
        Assert.Equal(4, proof.Rows);
    }

    internal static List<AuditRow> Chained(int count)
    {
        var rows = new List<AuditRow>();
        for (var id = 1; id <= count; id++)
        {
            var row = new AuditRow
            {
                Id = id,
                At = "2026-03-14T09:00:00.000000Z",
                Principal = "somebody",
                Role = "PerfGate.Admin",
                Action = "run.execute",
                Outcome = "accepted",
                PreviousHash = rows.Count == 0 ? AuditChain.Root : rows[^1].Hash,
                Hash = "",
            };
            rows.Add(row with { Hash = AuditChain.HashOf(row) });
        }
        return rows;
    }

    private static async IAsyncEnumerable<AuditRow> Rows(IEnumerable<AuditRow> rows)
    {
        foreach (var row in rows)
        {
            await Task.Yield();
            yield return row;
        }
    }
}
