using System.Globalization;

namespace PerfGate.Bench.Endurance;

/// <summary>Resident memory of a process over a run, with how far the run was at each sample.</summary>
internal sealed class ResidentMemory(string name)
{
    private const double FlatWithin = 0.10;
    private readonly List<(double Progress, double Megabytes)> _samples = [];

    /// <summary>Takes a sample; a process that is gone gives none.</summary>
    /// <param name="id">The process.</param>
    /// <param name="progress">How far the run is, 0 to 1.</param>
    public void Take(int id, double progress)
    {
        try
        {
            var line = File.ReadLines(FormattableString.Invariant($"/proc/{id}/status"))
                .FirstOrDefault(each => each.StartsWith("VmRSS:", StringComparison.Ordinal));
            if (line is not null)
            {
                var kilobytes = line["VmRSS:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
                _samples.Add((progress, long.Parse(kilobytes, CultureInfo.InvariantCulture) / 1024d));
            }
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // It has ended.
        }
    }

    /// <summary>Whether the last quarter's median is within 10 % of the second's, or below it.</summary>
    public bool IsFlat => Quarter(4) <= Quarter(2) * (1 + FlatWithin);

    /// <summary>The row of a table: medians of the quarters, and the peak.</summary>
    public string Row() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {Quarter(1):0} | {Quarter(2):0} | {Quarter(3):0} | {Quarter(4):0} | {_samples.Max(sample => sample.Megabytes):0} | {(IsFlat ? "yes" : "no")} |"
        );

    private double Quarter(int number)
    {
        var sorted = _samples
            .Where(sample =>
                sample.Progress >= (number - 1) / 4d && sample.Progress < number / 4d + (number == 4 ? 1 : 0)
            )
            .Select(sample => sample.Megabytes)
            .Order()
            .ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[sorted.Length / 2];
    }
}
