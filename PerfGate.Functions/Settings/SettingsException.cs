using PerfGate.Core.Requests;

namespace PerfGate.Functions.Settings;

/// <summary>The app cannot start: settings are missing or cannot be used.</summary>
public sealed class SettingsException(IReadOnlyList<FieldError> errors)
    : Exception(
        string.Join(
            Environment.NewLine,
            errors.Select(error => $"Setting {error.Field} {error.Problem}. Wanted: {error.Allowed}.")
        )
    )
{
    /// <summary>What is wrong, by setting.</summary>
    public IReadOnlyList<FieldError> Errors => errors;
}
