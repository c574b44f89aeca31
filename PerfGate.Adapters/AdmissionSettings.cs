using Microsoft.Extensions.Configuration;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Sensitive;

namespace PerfGate.Adapters;

/// <summary>Reads and checks the settings of <see cref="AdmissionRules"/>, the same for both hosts.</summary>
public static class AdmissionSettings
{
    /// <summary>The settings.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        SettingValues.Root + "Callers__StartsBurst",
        SettingValues.Root + "Callers__StartsPerHour",
        SettingValues.Root + "Strip",
        .. LimitSettings.Common.Select(name => SettingValues.Root + name),
        .. new[] { TargetEnvironment.Staging, TargetEnvironment.Production }.SelectMany(environment =>
            new[]
            {
                "Targets",
                "AllowPrivate",
                "AllowLoopback",
                "Secrets",
                "StartsBurst",
                "StartsPerHour",
                "VuMinutesPerDay",
                "ChangeWindow",
                "Slots",
            }
                .Concat(LimitSettings.Names)
                .Select(name => $"{SettingValues.Root}Environments__{environment}__{name}")
        ),
    ];

    /// <summary>The rules that a configuration holds.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="targets">Where loads may go on an environment whose targets are not named.</param>
    /// <returns>The rules, and every problem with them, each naming its setting; usable only where there is none.</returns>
    public static (AdmissionRules Rules, IReadOnlyList<FieldError> Problems) Read(
        IConfiguration configuration,
        TargetRules targets
    )
    {
        var values = new SettingValues(configuration);
        var defaults = AdmissionRules.Default;
        var rules = new AdmissionRules
        {
            Caller = Rate(values, "Callers__", defaults.Caller),
            Limits = LimitSettings.Read(values),
            Strip = Pattern(values, "Strip"),
            Staging = Environment(values, TargetEnvironment.Staging, defaults.Staging, targets),
            Production = Environment(values, TargetEnvironment.Production, defaults.Production, targets),
        };
        return (rules, values.Problems);
    }

    private static EnvironmentRules Environment(
        SettingValues values,
        TargetEnvironment environment,
        EnvironmentRules defaults,
        TargetRules targets
    )
    {
        var prefix = $"Environments__{environment}__";
        return new EnvironmentRules
        {
            Targets = Targets(values, prefix, targets),
            Secrets = Secrets(values, prefix + "Secrets"),
            Starts = Rate(values, prefix, defaults.Starts),
            VuMinutesPerDay = values.Number(prefix + "VuMinutesPerDay", defaults.VuMinutesPerDay, 1, 1e9),
            Window = Window(values, prefix + "ChangeWindow"),
            Slots = values.Text(prefix + "Slots") is null ? null : (int)values.Whole(prefix + "Slots", 1, 1, 100),
        };
    }

    private static StartRate Rate(SettingValues values, string prefix, StartRate defaults) =>
        new(
            (int)values.Number(prefix + "StartsBurst", defaults.Burst, 1, 1_000_000),
            values.Number(prefix + "StartsPerHour", defaults.PerHour, 0.1, 1_000_000)
        );

    private static SecretRules Secrets(SettingValues values, string name)
    {
        var names = values.Entries(name);
        foreach (var secret in (names ?? []).Where(one => one != SecretRules.Every && !SecretReferences.IsName(one)))
        {
            values.Refused(
                name,
                secret,
                "names of secrets without PERFGATE_SECRET_ and with ; between them, or *: SHOP_KEY;SHOP_TOKEN",
                secret
            );
        }
        return new SecretRules { Names = names };
    }

    private static TargetRules Targets(SettingValues values, string prefix, TargetRules otherwise)
    {
        var hosts = values.Entries(prefix + "Targets");
        foreach (var host in (hosts ?? []).Where(host => !TargetRules.IsHostRule(host)))
        {
            values.Refused(
                prefix + "Targets",
                host,
                "hosts with ; between them: shop.example, *.shop.example, shop.example:8443",
                host
            );
        }
        // Whoever names hosts says also what kind of addresses they may have.
        return new TargetRules
        {
            Hosts = hosts ?? otherwise.Hosts,
            AllowPrivate = values.Flag(prefix + "AllowPrivate", hosts is null && otherwise.AllowPrivate),
            AllowLoopback = values.Flag(prefix + "AllowLoopback", hosts is null && otherwise.AllowLoopback),
        };
    }

    private static string? Pattern(SettingValues values, string name)
    {
        if (values.Text(name) is not { } text)
        {
            return null;
        }
        if (Concealment.Problem(text) is { } problem)
        {
            values.Problems.Add(
                new FieldError(
                    SettingValues.Root + name,
                    problem,
                    "a regular expression of .NET without lookarounds and backreferences"
                )
            );
        }
        return text;
    }

    private static ChangeWindow? Window(SettingValues values, string name) =>
        values.Text(name) is not { } text
            ? null
            : ChangeWindow.Read(text) ?? values.Refused<ChangeWindow?>(name, text, ChangeWindow.Form, null);
}
