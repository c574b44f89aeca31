using System.Globalization;
using Azure.Core;
using Microsoft.Extensions.Configuration;

namespace PerfGate.Adapters.ContainerInstances;

/// <summary>Reads and checks the settings below <c>ContainerInstances</c>.</summary>
public static class ContainerInstanceSettings
{
    /// <summary>The section.</summary>
    public const string Section = "ContainerInstances";

    private const double MostCpu = 31;
    private const double MostMemoryGb = 240;

    /// <summary>
    /// The options that a configuration holds. <c>Regions</c> and <c>SubnetIds</c> are lists with <c>;</c> or <c>,</c> between
    /// their items, and of the same length where there are subnets.
    /// </summary>
    /// <returns>The options, and every problem with them, each naming its setting; usable only where there is none.</returns>
    public static (ContainerInstanceOptions Options, IReadOnlyList<string> Problems) Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        var problems = new List<string>();
        var defaults = new ContainerInstanceOptions
        {
            SubscriptionId = "",
            ResourceGroup = "",
            Regions = [],
            Image = "",
        };
        var regions = List(section["Regions"]);
        var subnets = List(section["SubnetIds"]);
        if (subnets.Length != 0 && subnets.Length != regions.Length)
        {
            problems.Add(
                Problem(
                    "SubnetIds",
                    $"has {subnets.Length} subnets for {regions.Length} regions: expected one a region"
                )
            );
            subnets = [];
        }
        var options = defaults with
        {
            SubscriptionId = section["SubscriptionId"] ?? "",
            ResourceGroup = section["ResourceGroup"] ?? "",
            Regions = [.. regions.Select((name, at) => new ContainerRegion(name, subnets.ElementAtOrDefault(at)))],
            Image = section["Image"] ?? "",
            IdentityId = Text(section, "IdentityId"),
            Cpu = Number(section, "Cpu", defaults.Cpu, problems),
            MemoryGb = Number(section, "MemoryGb", defaults.MemoryGb, problems),
            Owner = Text(section, "Owner") ?? defaults.Owner,
            StartTimeout = Time(section, "StartTimeout", defaults.StartTimeout, problems),
            Patience = Time(section, "Patience", defaults.Patience, problems),
            LookInterval = Time(section, "LookInterval", defaults.LookInterval, problems),
            Endpoint = Url(section, "Endpoint", defaults.Endpoint, problems),
            Audience = Text(section, "Audience") ?? defaults.Audience,
        };
        return (options, [.. problems, .. Problems(options)]);
    }

    /// <summary>What is wrong with options, each naming its setting.</summary>
    public static IReadOnlyList<string> Problems(ContainerInstanceOptions options)
    {
        var problems = new List<string>();
        Require(Guid.TryParse(options.SubscriptionId, out _), "SubscriptionId", "is no subscription id (a GUID)");
        Require(
            options.ResourceGroup.Length is > 0 and <= 90 && !options.ResourceGroup.Contains('/'),
            "ResourceGroup",
            "is no name of a resource group (1 to 90 characters)"
        );
        Require(options.Regions.Count > 0, "Regions", "is empty: expected at least one region, such as westeurope");
        foreach (var region in options.Regions)
        {
            Require(
                region.Name.Length > 0 && region.Name.All(char.IsAsciiLetterOrDigit),
                "Regions",
                $"has '{region.Name}', which is no name of a region, such as westeurope"
            );
            Require(
                region.SubnetId is null || IsId(region.SubnetId, "Microsoft.Network/virtualNetworks/subnets"),
                "SubnetIds",
                $"has '{region.SubnetId}', which is no resource id of a subnet"
            );
        }
        Require(
            options.Image.Length > 0 && !options.Image.Any(char.IsWhiteSpace) && !options.Image.Contains("://"),
            "Image",
            "is no image, such as perfgate.azurecr.io/runner:1.2.0"
        );
        Require(
            options.IdentityId is null || IsId(options.IdentityId, "Microsoft.ManagedIdentity/userAssignedIdentities"),
            "IdentityId",
            "is no resource id of a user-assigned identity"
        );
        Require(options.Cpu is >= 1 and <= MostCpu, "Cpu", Between(options.Cpu, MostCpu, "cores"));
        Require(
            options.MemoryGb is >= 1 and <= MostMemoryGb,
            "MemoryGb",
            Between(options.MemoryGb, MostMemoryGb, "GB")
        );
        Require(options.Owner.Length is > 0 and <= 256, "Owner", "is empty or longer than 256 characters");
        Within(options.StartTimeout, "StartTimeout", TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(30));
        Within(options.Patience, "Patience", TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(10));
        Within(options.LookInterval, "LookInterval", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Require(
            options.Endpoint.Scheme == Uri.UriSchemeHttps || options.Endpoint.IsLoopback,
            "Endpoint",
            $"is {options.Endpoint}: expected https (http is for a loopback endpoint alone)"
        );
        return problems;

        void Require(bool holds, string name, string problem)
        {
            if (!holds)
            {
                problems.Add(Problem(name, problem));
            }
        }

        void Within(TimeSpan value, string name, TimeSpan least, TimeSpan most) =>
            Require(
                value >= least && value <= most,
                name,
                FormattableString.Invariant($"is {value}: expected {least} to {most}")
            );
    }

    private static bool IsId(string text, string type) =>
        ResourceIdentifier.TryParse(text, out var id)
        && id is not null
        && string.Equals(id.ResourceType.ToString(), type, StringComparison.OrdinalIgnoreCase);

    private static string[] List(string? text) =>
        (text ?? "").Split([';', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string? Text(IConfigurationSection section, string name) =>
        string.IsNullOrWhiteSpace(section[name]) ? null : section[name];

    private static double Number(IConfigurationSection section, string name, double fallback, List<string> problems)
    {
        if (Text(section, name) is not { } text)
        {
            return fallback;
        }
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }
        problems.Add(Problem(name, $"is '{text}': expected a number"));
        return fallback;
    }

    private static TimeSpan Time(IConfigurationSection section, string name, TimeSpan fallback, List<string> problems)
    {
        if (Text(section, name) is not { } text)
        {
            return fallback;
        }
        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time))
        {
            return time;
        }
        problems.Add(Problem(name, $"is '{text}': expected a time span, such as 00:10:00"));
        return fallback;
    }

    private static Uri Url(IConfigurationSection section, string name, Uri fallback, List<string> problems)
    {
        if (Text(section, name) is not { } text)
        {
            return fallback;
        }
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
        {
            return url;
        }
        problems.Add(Problem(name, $"is '{text}': expected a URL"));
        return fallback;
    }

    private static string Between(double value, double most, string unit) =>
        FormattableString.Invariant($"is {value}: expected 1 to {most} {unit}");

    private static string Problem(string name, string problem) => $"{Section}:{name} {problem}";
}
