using System.Globalization;
using Microsoft.Extensions.Configuration;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Sensitive;

namespace PerfGate.Adapters;

/// <summary>Reads and checks the settings of <see cref="AdmissionRules"/>, the same for both hosts.</summary>
public static class AdmissionSettings
{
    private const string Root = "PerfGate__";

    /// <summary>The settings.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        Root + "Callers__StartsBurst",
        Root + "Callers__StartsPerHour",
        Root + "Strip",
        .. new[] { TargetEnvironment.Staging, TargetEnvironment.Production }.SelectMany(environment =>
            new[]
            {
                "Targets",
                "AllowPrivate",
                "AllowLoopback",
                "StartsBurst",
                "StartsPerHour",
                "VuMinutesPerDay",
                "ChangeWindow",
            }.Select(name => $"{Root}Environments__{environment}__{name}")
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
        var read = new Reading(configuration, targets, []);
        var defaults = AdmissionRules.Default;
        var rules = new AdmissionRules
        {
            Caller = read.Rate("Callers__", defaults.Caller),
            Strip = read.Pattern("Strip"),
            Staging = read.Environment(TargetEnvironment.Staging, defaults.Staging),
            Production = read.Environment(TargetEnvironment.Production, defaults.Production),
        };
        return (rules, read.Problems);
    }

    private sealed record Reading(IConfiguration Configuration, TargetRules Otherwise, List<FieldError> Problems)
    {
        public EnvironmentRules Environment(TargetEnvironment environment, EnvironmentRules defaults)
        {
            var prefix = $"Environments__{environment}__";
            return new EnvironmentRules
            {
                Targets = Targets(prefix),
                Starts = Rate(prefix, defaults.Starts),
                VuMinutesPerDay = Number(prefix + "VuMinutesPerDay", defaults.VuMinutesPerDay, 1, 1e9),
                Window = Window(prefix + "ChangeWindow"),
            };
        }

        public StartRate Rate(string prefix, StartRate defaults) =>
            new(
                (int)Number(prefix + "StartsBurst", defaults.Burst, 1, 1_000_000),
                Number(prefix + "StartsPerHour", defaults.PerHour, 0.1, 1_000_000)
            );

        public string? Pattern(string name)
        {
            if (Text(name) is not { } text)
            {
                return null;
            }
            if (Concealment.Problem(text) is { } problem)
            {
                Problems.Add(
                    new FieldError(
                        Root + name,
                        problem,
                        "a regular expression of .NET without lookarounds and backreferences"
                    )
                );
            }
            return text;
        }

        private TargetRules Targets(string prefix)
        {
            var hosts = Text(prefix + "Targets")
                ?.Split([';', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            foreach (var host in (hosts ?? []).Where(host => !TargetRules.IsHostRule(host)))
            {
                Problems.Add(
                    new FieldError(
                        $"{Root}{prefix}Targets",
                        $"'{host}' cannot be used",
                        "hosts with ; between them: shop.example, *.shop.example, shop.example:8443"
                    )
                );
            }
            // Whoever names hosts says also what kind of addresses they may have.
            return new TargetRules
            {
                Hosts = hosts ?? Otherwise.Hosts,
                AllowPrivate = Flag(prefix + "AllowPrivate", hosts is null && Otherwise.AllowPrivate),
                AllowLoopback = Flag(prefix + "AllowLoopback", hosts is null && Otherwise.AllowLoopback),
            };
        }

        private bool Flag(string name, bool otherwise)
        {
            if (Text(name) is not { } text)
            {
                return otherwise;
            }
            if (bool.TryParse(text, out var flag))
            {
                return flag;
            }
            Problems.Add(new FieldError(Root + name, $"'{text}' cannot be used", "true or false"));
            return otherwise;
        }

        private ChangeWindow? Window(string name)
        {
            if (Text(name) is not { } text)
            {
                return null;
            }
            var window = ChangeWindow.Read(text);
            if (window is null)
            {
                Problems.Add(new FieldError(Root + name, $"'{text}' cannot be used", ChangeWindow.Form));
            }
            return window;
        }

        private double Number(string name, double otherwise, double least, double most)
        {
            if (Text(name) is not { } text)
            {
                return otherwise;
            }
            if (
                double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number >= least
                && number <= most
            )
            {
                return number;
            }
            Problems.Add(
                new FieldError(
                    Root + name,
                    $"'{text}' cannot be used",
                    FormattableString.Invariant($"a number from {least} to {most}")
                )
            );
            return otherwise;
        }

        private string? Text(string name) =>
            Configuration[(Root + name).Replace("__", ":", StringComparison.Ordinal)] is { } value
            && value.Trim() is { Length: > 0 } text
                ? text
                : null;
    }
}
