using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using static System.FormattableString;

namespace PerfGate.Core.Admission;

/// <summary>How a chain is broken.</summary>
public enum AuditBreakKind
{
    /// <summary>A row is not what was written.</summary>
    Altered,

    /// <summary>Rows are gone.</summary>
    Missing,

    /// <summary>Rows are not where they were written.</summary>
    Reordered,
}

/// <summary>Where a chain is broken first.</summary>
/// <param name="Position">The place in the chain, from 1.</param>
/// <param name="Kind">How.</param>
/// <param name="Explanation">The same for people.</param>
public sealed record AuditBreak(long Position, AuditBreakKind Kind, string Explanation);

/// <summary>What the look at a chain found.</summary>
/// <param name="Rows">Rows up to the break, or all.</param>
/// <param name="Head">Hash of the last of them; <see cref="AuditChain.Root"/> where there is none.</param>
/// <param name="Break">The first break; null where the chain is whole.</param>
/// <param name="HasExpected">Whether a row has the hash that was noted before; null where none was.</param>
public sealed record AuditProof(long Rows, string Head, AuditBreak? Break, bool? HasExpected);

/// <summary>
/// The chain of the audit trail. The hash of a row is the SHA-256 of its fields, each as its length in bytes of UTF-8, a colon, the
/// text, a comma (<c>7:staging,</c>, a netstring), or <c>-,</c> for none; first the format's name, last the hash of the row before.
/// </summary>
public static class AuditChain
{
    /// <summary>Name of the format, the first field that is hashed.</summary>
    public const string Format = "perfgate-audit-1";

    // How far away from its place a row is looked for.
    private const int Neighbours = 1000;

    /// <summary>What stands for the hash before the first row.</summary>
    public static string Root { get; } = new('0', 64);

    /// <summary>The hash that a row must have, 64 lower-case hexadecimal digits.</summary>
    public static string HashOf(AuditRow row)
    {
        var text = new StringBuilder();
        foreach (
            var field in new[]
            {
                Format,
                row.Id.ToString(CultureInfo.InvariantCulture),
                row.At,
                row.Principal,
                row.Role,
                row.FromAddress,
                row.Action,
                row.Environment,
                row.Subject,
                row.Outcome,
                row.Detail,
                row.PreviousHash,
            }
        )
        {
            if (field is null)
            {
                text.Append("-,");
                continue;
            }
            text.Append(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(field)}:{field},");
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>
    /// Follows a chain from its first row to its end, or to the first break. Keeps one row at a time. Rows that were cut off at the
    /// end leave a chain that is whole: only a hash that was noted elsewhere tells.
    /// </summary>
    /// <param name="rows">The rows, in the order of their places.</param>
    /// <param name="expectedHead">Hash of a row that was the last once; null where none was noted.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<AuditProof> VerifyAsync(
        IAsyncEnumerable<AuditRow> rows,
        string? expectedHead,
        CancellationToken cancellation
    )
    {
        long count = 0;
        var head = Root;
        var found = expectedHead is null ? (bool?)null : expectedHead == Root;
        AuditBreak? broken = null;
        await foreach (var row in rows.WithCancellation(cancellation))
        {
            if (broken is null)
            {
                broken = BreakAt(count + 1, head, row);
                if (broken is null)
                {
                    (count, head) = (row.Id, row.Hash);
                    found |= row.Hash == expectedHead;
                }
                else if (broken.Kind != AuditBreakKind.Missing)
                {
                    break;
                }
            }
            else if (row.PreviousHash == head)
            {
                // What should follow is not gone: it stands further on.
                broken = new AuditBreak(
                    broken.Position,
                    AuditBreakKind.Reordered,
                    Invariant($"The row that belongs at position {broken.Position} stands further on, at {row.Id}.")
                );
                break;
            }
        }
        return new AuditProof(count, head, broken, found);
    }

    private static AuditBreak? BreakAt(long position, string head, AuditRow row)
    {
        if (row.Id > position)
        {
            return new AuditBreak(
                position,
                AuditBreakKind.Missing,
                row.Id == position + 1
                    ? Invariant($"The row at position {position} is missing.")
                    : Invariant($"The rows at positions {position} to {row.Id - 1} are missing.")
            );
        }
        if (row.Id < position)
        {
            return new AuditBreak(
                position,
                AuditBreakKind.Reordered,
                Invariant($"At position {position} stands a row that says it is number {row.Id}.")
            );
        }
        if (HashOf(row) != row.Hash)
        {
            return Strange(position, row);
        }
        return row.PreviousHash == head ? null
            : position == 1
                ? new AuditBreak(1, AuditBreakKind.Altered, "The first row is chained to one that was before it.")
            : new AuditBreak(
                position - 1,
                AuditBreakKind.Altered,
                Invariant($"The row at position {position - 1} was replaced: the one after it is chained to another.")
            );
    }

    // What stands here has the hash of something else: maybe of a row from somewhere near.
    private static AuditBreak Strange(long position, AuditRow row)
    {
        for (var away = 1; away <= Neighbours; away++)
        {
            if (HashOf(row with { Id = position + away }) == row.Hash)
            {
                return new AuditBreak(
                    position,
                    AuditBreakKind.Missing,
                    Invariant(
                        $"At position {position} stands the row that was written as number {position + away}: what was before it is missing."
                    )
                );
            }
            if (position > away && HashOf(row with { Id = position - away }) == row.Hash)
            {
                return new AuditBreak(
                    position,
                    AuditBreakKind.Reordered,
                    Invariant($"At position {position} stands the row that was written as number {position - away}.")
                );
            }
        }
        return new AuditBreak(
            position,
            AuditBreakKind.Altered,
            Invariant($"The row at position {position} is not what was written.")
        );
    }
}
