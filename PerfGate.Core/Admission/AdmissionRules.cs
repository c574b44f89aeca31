using PerfGate.Core.Requests;

namespace PerfGate.Core.Admission;

/// <summary>
/// How much may be asked for, at once and over time, and what nobody may be told.
/// </summary>
public sealed record AdmissionRules
{
    /// <summary>The defaults.</summary>
    public static AdmissionRules Default { get; } = new();

    /// <summary>What one request may ask for.</summary>
    public Limits Limits { get; init; } = Limits.Default;

    /// <summary>What one caller may start, over all environments. Default 60 at once, 120 an hour.</summary>
    public StartRate Caller { get; init; } = new(60, 120);

    /// <summary>
    /// A regular expression of what runners take out of all they keep, beside secrets; null (default) for nothing.
    /// </summary>
    public string? Strip { get; init; }

    /// <summary>What holds on staging.</summary>
    public EnvironmentRules Staging { get; init; } = new();

    /// <summary>What holds on production. Default 30 starts at once, 60 an hour, 50 000 VU-minutes a day.</summary>
    public EnvironmentRules Production { get; init; } =
        new() { Starts = new StartRate(30, 60), VuMinutesPerDay = 50_000 };

    /// <summary>What holds on an environment.</summary>
    public EnvironmentRules On(TargetEnvironment environment) =>
        environment == TargetEnvironment.Production ? Production : Staging;
}

/// <summary>What may be asked of one environment over time.</summary>
public sealed record EnvironmentRules
{
    /// <summary>Starts of all callers together. Default 120 at once, 240 an hour.</summary>
    public StartRate Starts { get; init; } = new(120, 240);

    /// <summary>
    /// VU-minutes that the runs of any 24 hours may plan: most VUs at once times planned minutes, added up. Default 200 000.
    /// </summary>
    public double VuMinutesPerDay { get; init; } = 200_000;

    /// <summary>Where loads may go; default anywhere that this machine's owner could reach.</summary>
    public TargetRules Targets { get; init; } = TargetRules.Any;

    /// <summary>Which secrets loads may have; default none but of this machine's own targets.</summary>
    public SecretRules Secrets { get; init; } = new();

    /// <summary>
    /// Runs under load at once, at least 1; null (default) for as many as on every environment. More than one disturb each other's
    /// measurements.
    /// </summary>
    public int? Slots { get; init; }

    /// <summary>When loads may begin; null (default) for always.</summary>
    public ChangeWindow? Window { get; init; }

    /// <summary>What a load may not be, wherever it stands: its target, and the secrets it would have. Empty where it may.</summary>
    /// <param name="configuration">What is asked for.</param>
    /// <param name="environment">The environment that these are the rules of.</param>
    public IReadOnlyList<FieldError> Problems(TestConfiguration configuration, TargetEnvironment environment) =>
        [
            .. Targets.Problem(configuration, environment) is { } elsewhere ? (FieldError[])[elsewhere] : [],
            .. Secrets.Problems(configuration, environment),
        ];
}

/// <summary>A token bucket: how many starts at once, and how fast they come back.</summary>
/// <param name="Burst">Starts that a full bucket holds, at least 1.</param>
/// <param name="PerHour">Starts that come back in an hour, more than 0.</param>
public sealed record StartRate(int Burst, double PerHour);
