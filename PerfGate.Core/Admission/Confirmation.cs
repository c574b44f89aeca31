using PerfGate.Core.Requests;

namespace PerfGate.Core.Admission;

/// <summary>Production is named twice by whoever means it.</summary>
public static class Confirmation
{
    /// <summary>The field of a request.</summary>
    public const string Field = "confirmEnvironment";

    /// <summary>What a request said; null for nothing.</summary>
    internal static string? Read(FieldReader fields) =>
        fields.Text(Field, 20, "the name of the environment, a second time");

    /// <summary>What is wrong; null where nothing is. Another environment needs no confirmation, and may have one.</summary>
    /// <param name="environment">Where the load would go.</param>
    /// <param name="confirmed">What the request said; null for nothing.</param>
    public static FieldError? Problem(TargetEnvironment environment, string? confirmed)
    {
        var name = EnumText.Lower(environment);
        return confirmed == name ? null
            : confirmed is not null
                ? new FieldError(
                    Field,
                    $"is \"{FieldPath.Shown(confirmed)}\", and the load would go to {name}",
                    $"\"{name}\""
                )
            : environment == TargetEnvironment.Production
                ? new FieldError(
                    Field,
                    "is missing: a load on production, also one by schedule, is asked for with its name a second time",
                    $"\"{name}\""
                )
            : null;
    }
}
