using System.Text;
using PerfGate.Core.Requests;

namespace PerfGate.Core.Admission;

/// <summary>What is to be recorded. When it was, and its place in the chain, the database adds.</summary>
public sealed record AuditEntry
{
    /// <summary>What becomes the principal of a caller whose token names nobody.</summary>
    public const string Nobody = "unknown";

    /// <summary>Most characters of a detail; what is longer is cut.</summary>
    public const int LongestDetail = 4096;

    private const int LongestText = 300;

    private readonly string _principal;
    private readonly string? _subject;
    private readonly string? _detail;

    /// <summary>An entry about what somebody did.</summary>
    /// <param name="by">Who; null for PerfGate itself.</param>
    /// <param name="action">One of <see cref="AuditActions"/>.</param>
    /// <param name="outcome">One of <see cref="AuditOutcomes"/>, or a verdict.</param>
    public AuditEntry(Caller? by, string action, string outcome)
    {
        by ??= Caller.System;
        _principal = Clean(by.Name is { Length: > 0 } name ? name : Nobody, LongestText);
        Role = by.Role is { } role ? RoleNames.NameOf(role) : null;
        FromAddress = by.Address;
        Action = action;
        Outcome = outcome;
    }

    /// <summary>Who: the subject of a token, <c>schedule</c>, or <c>system</c>.</summary>
    public string Principal => _principal;

    /// <summary>The role it was done in; null where there was none.</summary>
    public string? Role { get; }

    /// <summary>Where the connection came from; null where there was none.</summary>
    public string? FromAddress { get; }

    /// <summary>What was done.</summary>
    public string Action { get; }

    /// <summary>What came of it.</summary>
    public string Outcome { get; }

    /// <summary>On which environment; null where it is of none, or none could be read.</summary>
    public TargetEnvironment? Environment { get; init; }

    /// <summary>Id of the run, test or baseline it was done to; null where there is none.</summary>
    public string? Subject
    {
        get => _subject;
        init => _subject = value is null ? null : Clean(value, LongestText);
    }

    /// <summary>What else is worth knowing, for people; no values out of requests that were refused.</summary>
    public string? Detail
    {
        get => _detail;
        init => _detail = value is null ? null : Clean(value, LongestDetail);
    }

    // PostgreSQL keeps no character 0, and half a surrogate pair has no bytes in UTF-8.
    private static string Clean(string text, int longest)
    {
        var clean = new StringBuilder(Math.Min(text.Length, longest));
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > longest)
            {
                break;
            }
            clean.Append((rune.Value == 0 ? Rune.ReplacementChar : rune).ToString());
        }
        return clean.ToString();
    }
}
