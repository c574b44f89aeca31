namespace PerfGate.Core.Scripts;

/// <summary>Splits a level of load over scenarios by weight.</summary>
internal static class LoadShare
{
    /// <summary>Rates: any fraction is a rate.</summary>
    public static double[] Rates(double total, IReadOnlyList<double> weights)
    {
        var sum = weights.Sum();
        return [.. weights.Select(weight => Math.Round(total * weight / sum, 6))];
    }

    /// <summary>
    /// Users: whole ones, whose sum is the total (largest remainder). Where there are enough, everyone gets at least one: a
    /// scenario without users would silently not be tested.
    /// </summary>
    public static double[] Users(int total, IReadOnlyList<double> weights)
    {
        var guaranteed = total >= weights.Count ? 1 : 0;
        var rest = total - (guaranteed * weights.Count);
        var sum = weights.Sum();
        var exact = weights.Select(weight => rest * weight / sum).ToArray();
        var shares = exact.Select(Math.Floor).ToArray();
        var left = (int)Math.Round(rest - shares.Sum());
        var byRemainder = Enumerable
            .Range(0, weights.Count)
            .OrderByDescending(index => exact[index] - shares[index])
            .ThenBy(index => index)
            .Take(left);
        foreach (var index in byRemainder)
        {
            shares[index]++;
        }
        return [.. shares.Select(share => share + guaranteed)];
    }
}
