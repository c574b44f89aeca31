namespace PerfGate.Core.Requests;

/// <summary>What is wrong with one field of an input.</summary>
/// <param name="Field">Path in the input, as the caller wrote it: <c>configuration.stages[2].duration</c>.</param>
/// <param name="Problem">What is wrong with the value given.</param>
/// <param name="Allowed">What would be accepted: a range, a list, a form.</param>
public sealed record FieldError(string Field, string Problem, string Allowed);

/// <summary>A value, or everything that is wrong with the input it was to be made from: all errors at once.</summary>
public sealed record Validated<T>
    where T : class
{
    private Validated(T? value, IReadOnlyList<FieldError> errors) => (Value, Errors) = (value, errors);

    /// <summary>The value; null exactly where there are errors.</summary>
    public T? Value { get; }

    /// <summary>Every error found; empty where there is a value.</summary>
    public IReadOnlyList<FieldError> Errors { get; }

    /// <summary>A good value.</summary>
    public static Validated<T> Ok(T value) => new(value, []);

    /// <summary>A refused input.</summary>
    /// <exception cref="ArgumentException">No error was given.</exception>
    public static Validated<T> Refused(IReadOnlyList<FieldError> errors) =>
        errors.Count > 0 ? new(null, errors) : throw new ArgumentException("A refusal needs a reason.", nameof(errors));
}
