namespace PerfGate.Core.Requests;

/// <summary>Everything wrong with an input, in order; told up to a number that a person can still read.</summary>
internal sealed class ErrorList
{
    private const int Most = 100;
    private readonly List<FieldError> errors = [];
    private int untold;

    /// <summary>Whether nothing is wrong.</summary>
    public bool IsEmpty => errors.Count == 0;

    /// <summary>Whether further errors will only be counted.</summary>
    public bool IsFull => errors.Count >= Most;

    /// <summary>Notes one.</summary>
    public void Add(FieldError error)
    {
        if (IsFull)
        {
            untold++;
        }
        else
        {
            errors.Add(error);
        }
    }

    /// <summary>Notes one, whose path is made only where it is told: there may be a hundred thousand.</summary>
    public void Add(Func<string> field, string problem, string allowed) =>
        Add(new FieldError(IsFull ? "" : field(), problem, allowed));

    /// <summary>The errors; a last one says how many more there are, if so.</summary>
    public IReadOnlyList<FieldError> Told() =>
        untold == 0
            ? errors
            :
            [
                .. errors,
                new FieldError("request", FormattableString.Invariant($"has {untold} further errors"), "none"),
            ];
}
