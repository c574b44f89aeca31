namespace PerfGate.Core.Requests;

/// <summary>What somebody who misspelt a name probably meant.</summary>
public static class Suggestion
{
    /// <summary>
    /// The known name nearest to a wrong one: at most a third of its letters (rounded up) wrong, left out or too many
    /// (Levenshtein distance, case ignored); null where none is near.
    /// </summary>
    public static string? Nearest(string wrong, IEnumerable<string> known)
    {
        if (wrong.Length > 100)
        {
            return null;
        }
        var near = known
            .Select(name => (Name: name, Distance: Distance(wrong.ToLowerInvariant(), name.ToLowerInvariant())))
            .Where(each => each.Distance <= (each.Name.Length + 2) / 3)
            .OrderBy(each => each.Distance)
            .FirstOrDefault();
        return near.Name;
    }

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
