using System.Globalization;
using Azure.Core;
using Microsoft.Extensions.Configuration;
using PerfGate.Adapters.Telemetry;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.ContainerInstances;

/// <summary>Reads and checks the settings <c>PerfGate__Containers__*</c>, one for each property of the options.</summary>
public static class ContainerInstanceSettings
{
    private const string Prefix = "PerfGate__Containers__";
    private const string SubnetForm = "resource ids of subnets";

    /// <summary>The settings.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. new[]
        {
            "SubscriptionId",
            "ResourceGroup",
            "Regions",
            "SubnetIds",
            "Image",
            "IdentityId",
            "Cpu",
            "MemoryGb",
            "Owner",
            "StartTimeout",
            "Patience",
            "LookInterval",
            "Endpoint",
            "Audience",
        }.Select(name => Prefix + name),
        .. Enum.GetValues<TargetEnvironment>().Select(OwnSubnets),
    ];

    /// <summary>
    /// The options that a configuration holds. <c>Regions</c> and <c>SubnetIds</c> are lists with <c>;</c> or <c>,</c> between
    /// their items, and of the same length where there are subnets; durations are written as in requests (<c>90s</c>).
    /// </summary>
    /// <returns>The options, and every problem with them, each naming its setting; usable only where there is none.</returns>
    public static (ContainerInstanceOptions Options, IReadOnlyList<FieldError> Problems) Read(
        IConfiguration configuration
    )
    {
        var section = configuration.GetSection(Prefix.Trim('_').Replace("__", ":", StringComparison.Ordinal));
        var problems = new List<FieldError>();
        var defaults = new ContainerInstanceOptions
        {
            SubscriptionId = "",
            ResourceGroup = "",
            Regions = [],
            Image = "",
        };
        var regions = List(section["Regions"]);
        var subnets = Subnets(Prefix + "SubnetIds");
        var own = Enum.GetValues<TargetEnvironment>()
            .ToDictionary(environment => environment, environment => Subnets(OwnSubnets(environment)));
        var options = defaults with
        {
            SubscriptionId = Text(section, "SubscriptionId") ?? "",
            ResourceGroup = Text(section, "ResourceGroup") ?? "",
            Regions = [.. regions.Select(RegionAt)],
            Image = Text(section, "Image") ?? "",
            IdentityId = Text(section, "IdentityId"),
            Cpu = Number(section, "Cpu", defaults.Cpu, problems),
            MemoryGb = Number(section, "MemoryGb", defaults.MemoryGb, problems),
            Owner = Text(section, "Owner") ?? defaults.Owner,
            StartTimeout = Duration(section, "StartTimeout", defaults.StartTimeout, problems),
            Patience = Duration(section, "Patience", defaults.Patience, problems),
            LookInterval = Duration(section, "LookInterval", defaults.LookInterval, problems),
            Endpoint = Address(section, "Endpoint", defaults.Endpoint, problems),
            Audience = Text(section, "Audience") ?? defaults.Audience,
            RunnerEnvironment = TelemetrySettings.ForRunners(configuration),
        };
        return (options, [.. problems, .. Problems(options)]);

        ContainerRegion RegionAt(string name, int at) =>
            new(name, subnets.ElementAtOrDefault(at))
            {
                SubnetIds = own.Where(one => one.Value.Length > at).ToDictionary(one => one.Key, one => one.Value[at]),
            };

        string[] Subnets(string name)
        {
            var ids = List(configuration[name.Replace("__", ":", StringComparison.Ordinal)]);
            if (ids.Length == 0 || ids.Length == regions.Length)
            {
                return ids;
            }
            problems.Add(
                new FieldError(
                    name,
                    FormattableString.Invariant($"has {ids.Length} subnets for {regions.Length} regions"),
                    "one subnet a region, or none at all"
                )
            );
            return [];
        }
    }

    /// <summary>What is wrong with options, each naming its setting.</summary>
    public static IReadOnlyList<FieldError> Problems(ContainerInstanceOptions options)
    {
        var problems = new List<FieldError>();
        Check(
            Guid.TryParse(options.SubscriptionId, out _),
            "SubscriptionId",
            options.SubscriptionId,
            "a subscription's id (a GUID)"
        );
        Check(
            options.ResourceGroup.Length is > 0 and <= 90 && !options.ResourceGroup.Contains('/'),
            "ResourceGroup",
            options.ResourceGroup,
            "the name of a resource group, 1 to 90 characters"
        );
        Check(
            options.Regions.Count > 0,
            "Regions",
            "",
            "one region or more, the preferred first, such as westeurope;northeurope"
        );
        foreach (var region in options.Regions)
        {
            var isName = region.Name.Length > 0 && region.Name.All(char.IsAsciiLetterOrDigit);
            Check(isName, "Regions", region.Name, "names of regions as ARM writes them, such as westeurope");
            Check(region.SubnetId is null || IsSubnet(region.SubnetId), "SubnetIds", region.SubnetId, SubnetForm);
            problems.AddRange(
                region
                    .SubnetIds.Where(one => !IsSubnet(one.Value))
                    .Select(one => new FieldError(OwnSubnets(one.Key), $"'{one.Value}' cannot be used", SubnetForm))
            );
        }
        Check(
            options.Image.Length > 0 && !options.Image.Any(char.IsWhiteSpace) && !options.Image.Contains("://"),
            "Image",
            options.Image,
            "an image with registry and tag, such as perfgate.azurecr.io/runner:1.2.0"
        );
        Check(
            options.IdentityId is null || IsId(options.IdentityId, "Microsoft.ManagedIdentity/userAssignedIdentities"),
            "IdentityId",
            options.IdentityId,
            "the resource id of a user-assigned identity"
        );
        Check(
            options.Cpu is >= 1 and <= ContainerInstanceOptions.MostCpu,
            "Cpu",
            options.Cpu,
            FormattableString.Invariant($"1 to {ContainerInstanceOptions.MostCpu} cores")
        );
        Check(
            options.MemoryGb is >= 1 and <= ContainerInstanceOptions.MostMemoryGb,
            "MemoryGb",
            options.MemoryGb,
            FormattableString.Invariant($"1 to {ContainerInstanceOptions.MostMemoryGb} GB")
        );
        Check(options.Owner.Length is > 0 and <= 256, "Owner", options.Owner, "1 to 256 characters");
        Within(options.StartTimeout, "StartTimeout", TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(30));
        Within(options.Patience, "Patience", TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(6));
        Within(options.LookInterval, "LookInterval", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Check(
            options.Endpoint.Scheme == Uri.UriSchemeHttps || options.Endpoint.IsLoopback,
            "Endpoint",
            options.Endpoint,
            "an https address (http is for a loopback endpoint alone)"
        );
        return problems;

        void Check(bool holds, string name, object? value, string allowed)
        {
            if (!holds)
            {
                var text = Convert.ToString(value, CultureInfo.InvariantCulture);
                problems.Add(
                    Error(name, string.IsNullOrEmpty(text) ? "is not set" : $"'{text}' cannot be used", allowed)
                );
            }
        }

        void Within(TimeSpan value, string name, TimeSpan least, TimeSpan most) =>
            Check(
                value >= least && value <= most,
                name,
                DurationText.Format(value),
                $"a duration from {DurationText.Format(least)} to {DurationText.Format(most)}, such as 90s or 1m30s"
            );
    }

    private static string OwnSubnets(TargetEnvironment environment) =>
        $"{SettingValues.Root}Environments__{environment}__SubnetIds";

    private static bool IsSubnet(string text) => IsId(text, "Microsoft.Network/virtualNetworks/subnets");

    private static bool IsId(string text, string type) =>
        ResourceIdentifier.TryParse(text, out var id)
        && id is not null
        && string.Equals(id.ResourceType.ToString(), type, StringComparison.OrdinalIgnoreCase);

    private static string[] List(string? text) =>
        (text ?? "").Split([';', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string? Text(IConfigurationSection section, string name) =>
        section[name]?.Trim() is { Length: > 0 } text ? text : null;

    private static double Number(
        IConfigurationSection section,
        string name,
        double fallback,
        List<FieldError> problems
    ) =>
        Read(
            section,
            name,
            fallback,
            text =>
                double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null,
            "a number, such as 1.5",
            problems
        );

    private static TimeSpan Duration(
        IConfigurationSection section,
        string name,
        TimeSpan fallback,
        List<FieldError> problems
    ) =>
        Read(
            section,
            name,
            fallback,
            text => DurationText.TryParse(text, out var duration) ? duration : null,
            "a duration, such as 90s or 1m30s",
            problems
        );

    private static Uri Address(IConfigurationSection section, string name, Uri fallback, List<FieldError> problems)
    {
        if (Text(section, name) is not { } text)
        {
            return fallback;
        }
        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
        {
            return address;
        }
        problems.Add(Error(name, $"'{text}' is no such address", "an address that begins with https://"));
        return fallback;
    }

    private static T Read<T>(
        IConfigurationSection section,
        string name,
        T fallback,
        Func<string, T?> parse,
        string allowed,
        List<FieldError> problems
    )
        where T : struct
    {
        if (Text(section, name) is not { } text)
        {
            return fallback;
        }
        if (parse(text) is { } value)
        {
            return value;
        }
        problems.Add(Error(name, $"'{text}' cannot be used", allowed));
        return fallback;
    }

    private static FieldError Error(string name, string problem, string allowed) =>
        new(Prefix + name, problem, allowed);
}
