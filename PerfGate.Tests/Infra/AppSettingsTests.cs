using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using PerfGate.Adapters.Blobs;
using PerfGate.Adapters.ContainerInstances;
using PerfGate.Adapters.Retention;
using PerfGate.Functions.Settings;
using PerfGate.Tests.Architecture;

namespace PerfGate.Tests.Infra;

public sealed partial class AppSettingsTests(CompiledStages stages) : IClassFixture<CompiledStages>
{
    /// <summary>Of the Functions host and of Azure's libraries, not of PerfGate.</summary>
    private static readonly string[] Platform =
    [
        "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
        "APPLICATIONINSIGHTS_CONNECTION_STRING",
        "AZURE_CLIENT_ID",
        "AzureWebJobsStorage__accountName",
        "AzureWebJobsStorage__clientId",
        "AzureWebJobsStorage__credential",
        "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT",
    ];

    /// <summary>For one machine: on Azure another setting goes in their place.</summary>
    private static readonly string[] NotOnAzure =
    [
        "PerfGate__ArtifactFolder",
        "PerfGate__Auth__DataFolder",
        "PerfGate__BlobConnectionString",
    ];

    /// <summary>What Azure makes of expressions, in the form that it has there.</summary>
    private static readonly Dictionary<string, string> Evaluated = new()
    {
        ["[environment().resourceManager]"] = "https://management.azure.com/",
        ["[subscription().subscriptionId]"] = "11111111-2222-3333-4444-555555555555",
        ["[parameters('location')]"] = "westeurope",
        ["[parameters('artifactBlobEndpoint')]"] = "https://stperfgateruns.blob.core.windows.net/",
        ["[parameters('runnersSubnetId')]"] =
            "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/runners",
        ["[parameters('runnerIdentityId')]"] =
            "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id",
        ["[parameters('runnerImage')]"] = "crperfgate.azurecr.io/perfgate-runner:1.2.3",
        ["[parameters('runnersResourceGroup')]"] = "rg-perfgate-staging-runners",
        ["[parameters('owner')]"] = "perfgate-staging",
        ["[parameters('audience')]"] = "11111111-2222-3333-4444-555555555555",
    };

    [Fact]
    public void Every_setting_of_the_app_is_set_and_every_one_set_is_known()
    {
        var code = Directory
            .EnumerateFiles(Path.Combine(Repository.Root.FullName, "PerfGate.Functions", "Settings"), "*.cs")
            .SelectMany(file => Named().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value));
        var known = code.Concat(FunctionsSettings.Schedules)
            .Concat(ContainerInstanceSettings.Names)
            .Concat(RetentionPeriods.Names)
            .Except(NotOnAzure)
            // A stage is told of its own environment alone, by its parameters.
            .Where(name => !name.StartsWith("PerfGate__Environments__", StringComparison.Ordinal));

        Assert.Equal(
            known.Concat(Platform).Distinct().Order(StringComparer.Ordinal),
            Settings("staging").Keys.Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("staging")]
    [InlineData("production")]
    public void The_app_starts_with_them(string stage)
    {
        var values = Settings(stage).ToDictionary(one => one.Key, one => Value(stage, one.Key, one.Value));
        var settings = FunctionsSettings.Read(
            new ConfigurationBuilder()
                .AddInMemoryCollection(
                    values.Select(one =>
                        KeyValuePair.Create<string, string?>(
                            one.Key.Replace("__", ":", StringComparison.Ordinal),
                            one.Value
                        )
                    )
                )
                .Build()
        );

        var containers = settings.PerfGate.Containers!;
        Assert.Equal("crperfgate.azurecr.io", containers.RegistryServer);
        Assert.NotNull(Assert.Single(containers.Regions).SubnetId);
        Assert.NotNull(containers.IdentityId);
        Assert.Equal("perfgate-staging", containers.Owner);
        Assert.Null(settings.PerfGate.BlobConnectionString);
        Assert.Equal(IsPrivate(stage), settings.SchemaOwner is { ByEntra: true, ClientId: not null });
        Assert.IsType<TokenSettings.Issued>(settings.Tokens);
        Assert.DoesNotContain(
            "Password",
            settings.PerfGate.PostgresConnectionString,
            StringComparison.OrdinalIgnoreCase
        );
    }

    [Fact]
    public void The_plan_refuses_what_it_sets_itself() =>
        Assert.DoesNotContain(
            Settings("staging").Keys,
            name =>
                name
                    is "FUNCTIONS_WORKER_RUNTIME"
                        or "FUNCTIONS_EXTENSION_VERSION"
                        or "WEBSITE_RUN_FROM_PACKAGE"
                        or "WEBSITE_HOSTNAME"
        );

    [Fact]
    public void The_schema_is_brought_by_the_app_where_nobody_else_reaches_the_database()
    {
        Assert.Equal("[parameters('privateDatabase')]", stages.Staging.Given("functionApp", "migrateAtStart"));
        Assert.Equal(
            "[if(parameters('migrateAtStart'), 'true', 'false')]",
            Settings("staging")["PerfGate__MigrateAtStart"]
        );
    }

    [Fact]
    public void Artifacts_are_in_the_container_that_the_store_opens() =>
        Assert.Equal(
            $"[\"{BlobArtifactStore.Container}\"]",
            stages
                .Staging.Given("artifactStorage", "containers")
                .Replace(" ", "", StringComparison.Ordinal)
                .Replace("\n", "", StringComparison.Ordinal)
        );

    [Fact]
    public void All_of_them_are_given_to_the_app_and_those_of_the_stage_beside_them() =>
        Assert.Equal(
            "[concat(variables('settings'), variables('targetSettings'), variables('secretSettings'), variables('furtherSettings'))]",
            Assert
                .Single(stages.Staging.Of("Microsoft.Web/sites"))
                .Property("siteConfig", "appSettings")!
                .Value.GetString()
        );

    [Theory]
    [InlineData("staging", "Staging")]
    [InlineData("production", "Production")]
    public void Each_stage_is_told_its_own_targets_and_no_others(string stage, string environment)
    {
        var settings = stages[stage].Module("functionApp").GetProperty("variables");

        Assert.Equal("[parameters('stage')]", stages[stage].Given("functionApp", "stage"));
        Assert.Equal(stage, stages[stage].Parameter("stage").GetString());
        Assert.Contains(
            $"'{environment}'",
            settings.GetProperty("environmentName").GetString(),
            StringComparison.Ordinal
        );
        Assert.Equal(
            [
                "[format('PerfGate__Environments__{0}__Targets', variables('environmentName'))]",
                "[format('PerfGate__Environments__{0}__AllowPrivate', variables('environmentName'))]",
                "[format('PerfGate__Environments__{0}__Secrets', variables('environmentName'))]",
            ],
            settings.GetProperty("targetSettings").EnumerateArray().Select(one => one.GetProperty("name").GetString())
        );
    }

    [Fact]
    public void Secrets_of_targets_are_read_from_the_vault_with_the_apps_identity()
    {
        var secrets = stages.Staging.Module("functionApp").GetProperty("variables").GetProperty("secretSettings");
        Assert.Contains("PERFGATE_SECRET_", secrets.GetRawText(), StringComparison.Ordinal);
        Assert.Contains(
            "@Microsoft.KeyVault(VaultName={0};SecretName={1})",
            secrets.GetRawText(),
            StringComparison.Ordinal
        );
        Assert.Equal(
            "[parameters('identityId')]",
            Assert
                .Single(stages.Staging.Of("Microsoft.Web/sites"))
                .Property("keyVaultReferenceIdentity")!
                .Value.GetString()
        );
    }

    private Dictionary<string, string> Settings(string stage) =>
        stages[stage]
            .Module("functionApp")
            .GetProperty("variables")
            .GetProperty("settings")
            .EnumerateArray()
            .ToDictionary(one => one.GetProperty("name").GetString()!, one => one.GetProperty("value").GetString()!);

    /// <summary>The value, as far as the template tells it: constants, and parameters of the stage.</summary>
    private string Value(string stage, string name, string value)
    {
        if (Evaluated.TryGetValue(value, out var evaluated))
        {
            return evaluated;
        }
        if (Member().Match(value) is { Success: true } member)
        {
            return stages[stage].Parameter(member.Groups[1].Value).GetProperty(member.Groups[2].Value).GetString()!;
        }
        if (
            Parameter().Match(value) is { Success: true } parameter
            && stages[stage]
                .Given("functionApp", parameter.Groups[1].Value)
                .Contains($"parameters('{parameter.Groups[1].Value}')", StringComparison.Ordinal)
        )
        {
            return stages[stage].Parameter(parameter.Groups[1].Value).GetString()!;
        }
        return name switch
        {
            "PerfGate__PostgresConnectionString" => Format(value),
            "PerfGate__MigrateAtStart" => "true",
            "PerfGate__PostgresOwnerConnectionString" => IsPrivate(stage) ? Format(value) : "",
            "PerfGate__PostgresOwnerClientId" => IsPrivate(stage) ? "66666666-7777-8888-9999-000000000000" : "",
            "PerfGate__Auth__Authority" => "https://login.microsoftonline.com/tenant/v2.0",
            _ when Platform.Contains(name) || !value.StartsWith('[') => value,
            _ => throw new InvalidOperationException($"{name} is {value}"),
        };
    }

    private bool IsPrivate(string stage) => stages[stage].Parameter("privateDatabase").GetBoolean();

    /// <summary>The text of a <c>format()</c>, with words in its places.</summary>
    private static string Format(string expression) =>
        Place().Replace(Quoted().Match(expression).Groups[1].Value, "word");

    [GeneratedRegex("\"(PerfGate__[A-Za-z_]+|[A-Za-z]+Schedule)\"")]
    private static partial Regex Named();

    [GeneratedRegex(@"^\[parameters\('(\w+)'\)\.(\w+)\]$")]
    private static partial Regex Member();

    [GeneratedRegex(@"^\[parameters\('(\w+)'\)\]$")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"format\('([^']+)'")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Place();
}
