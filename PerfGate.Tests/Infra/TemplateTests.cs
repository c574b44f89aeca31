using System.Text.Json;
using System.Text.RegularExpressions;

namespace PerfGate.Tests.Infra;

public sealed partial class TemplateTests(CompiledStages stages) : IClassFixture<CompiledStages>
{
    public static TheoryData<string> Stages { get; } = ["staging", "production"];

    [Theory]
    [MemberData(nameof(Stages))]
    public void No_storage_account_has_keys_and_no_registry_an_admin(string stage)
    {
        var accounts = stages[stage].Of("Microsoft.Storage/storageAccounts");
        Assert.Equal(2, accounts.Count);
        Assert.All(
            accounts,
            account =>
            {
                Assert.False(account.Property("allowSharedKeyAccess")!.Value.GetBoolean());
                Assert.False(account.Property("allowBlobPublicAccess")!.Value.GetBoolean());
                Assert.True(account.Property("supportsHttpsTrafficOnly")!.Value.GetBoolean());
                Assert.Equal("TLS1_2", account.Property("minimumTlsVersion")!.Value.GetString());
            }
        );
        var registry = Assert.Single(stages[stage].Of("Microsoft.ContainerRegistry/registries"));
        Assert.False(registry.Property("adminUserEnabled")!.Value.GetBoolean());
        Assert.All(
            stages[stage].Of("Microsoft.Insights/components"),
            insights => Assert.True(insights.Property("DisableLocalAuth")!.Value.GetBoolean())
        );
        var vault = Assert.Single(stages[stage].Of("Microsoft.KeyVault/vaults"));
        Assert.True(vault.Property("enableRbacAuthorization")!.Value.GetBoolean());
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public void The_database_knows_entra_alone(string stage)
    {
        var server = Assert.Single(stages[stage].Of("Microsoft.DBforPostgreSQL/flexibleServers"));

        Assert.Equal("Enabled", server.Property("authConfig", "activeDirectoryAuth")!.Value.GetString());
        Assert.Equal("Disabled", server.Property("authConfig", "passwordAuth")!.Value.GetString());
        Assert.Null(server.Property("administratorLogin"));
        Assert.Null(server.Property("administratorLoginPassword"));
    }

    [Fact]
    public void The_database_of_production_has_no_public_address_and_that_of_staging_lets_one_through()
    {
        Assert.True(stages.Production.Parameter("privateDatabase").GetBoolean());
        Assert.False(stages.Staging.Parameter("privateDatabase").GetBoolean());
        Assert.Equal("[parameters('privateDatabase')]", stages.Staging.Given("database", "isPrivate"));
        var rule = Assert.Single(stages.Staging.Of("Microsoft.DBforPostgreSQL/flexibleServers/firewallRules"));
        Assert.Equal("[not(parameters('isPrivate'))]", rule.Json.GetProperty("condition").GetString());
        Assert.Equal(
            rule.Property("startIpAddress")!.Value.GetString(),
            rule.Property("endIpAddress")!.Value.GetString()
        );
        Assert.Contains(
            "outboundAddress",
            stages.Staging.Given("database", "allowedAddress"),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public void The_app_is_no_administrator_of_its_database(string stage)
    {
        var administrators = stages[stage].Of("Microsoft.DBforPostgreSQL/flexibleServers/administrators");

        Assert.Equal(
            ["[parameters('administrator').name]", "[parameters('migrator').name]"],
            administrators.Select(one => one.Property("principalName")!.Value.GetString()).Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            "[parameters('isPrivate')]",
            administrators.Single(one => one.Symbol == "migratorAdmin").Json.GetProperty("condition").GetString()
        );
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public void Nothing_that_is_deployed_holds_a_secret(string stage)
    {
        Assert.All(stages[stage].Resources, resource => Assert.DoesNotMatch(Secrets(), resource.Json.GetRawText()));
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public void Runners_have_a_subnet_of_their_own_and_so_have_app_and_database(string stage)
    {
        var network = Assert.Single(stages[stage].Of("Microsoft.Network/virtualNetworks"));
        var module = network.Json.GetRawText();
        Assert.Contains("variables('runnersSubnet')", module, StringComparison.Ordinal);

        Assert.Equal(
            [("functions", "Microsoft.App/environments"), ("runners", "Microsoft.ContainerInstance/containerGroups")],
            Subnets(stage)
        );
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public void Nothing_is_open_to_runners_but_artifacts_the_registry_and_what_is_given(string stage)
    {
        var rules = stages[stage]
            .Of("Microsoft.Network/networkSecurityGroups")
            .Single(group => group.Symbol == "runnerRules");
        Assert.Equal(
            "[concat(variables('services'), variables('forbidden'), variables('targets'), variables('closed'))]",
            rules.Property("securityRules")!.Value.GetString()
        );

        var all = RunnerRules(stage);
        Assert.Equal(
            [
                "AzureActiveDirectory",
                "[format('AzureContainerRegistry.{0}', parameters('location'))]",
                "[format('Storage.{0}', parameters('location'))]",
            ],
            all.Where(rule => rule is { Access: "Allow", Source: "services" })
                .Select(rule => rule.Destination)
                .Order(StringComparer.Ordinal)
        );
        var last = all.Where(rule => rule is { Direction: "Outbound", Access: "Deny", Source: "closed" });
        Assert.Equal(("*", 4096), Assert.Single(last.Select(rule => (rule.Destination, rule.Priority))));
        // What is production is refused before any target is allowed.
        Assert.Equal("[add(1000, copyIndex('forbidden'))]", Priority(stage, "forbidden"));
        Assert.Equal("[add(2000, copyIndex('targets'))]", Priority(stage, "targets"));
        Assert.Equal(0, stages[stage].Parameter("targetAddressRanges").GetArrayLength());
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public void The_app_runs_on_flex_consumption_with_dotnet_10_and_an_identity_alone(string stage)
    {
        var plan = Assert.Single(stages[stage].Of("Microsoft.Web/serverfarms"));
        Assert.Equal("FC1", plan.Json.GetProperty("sku").GetProperty("name").GetString());
        var app = Assert.Single(stages[stage].Of("Microsoft.Web/sites"));
        Assert.Equal("dotnet-isolated", app.Property("functionAppConfig", "runtime", "name")!.Value.GetString());
        Assert.Equal("10.0", app.Property("functionAppConfig", "runtime", "version")!.Value.GetString());
        Assert.Equal(
            "UserAssignedIdentity",
            app.Property("functionAppConfig", "deployment", "storage", "authentication", "type")!.Value.GetString()
        );
        Assert.True(app.Property("httpsOnly")!.Value.GetBoolean());
        Assert.All(
            stages[stage].Of("Microsoft.Web/sites/basicPublishingCredentialsPolicies"),
            policy => Assert.False(policy.Property("allow")!.Value.GetBoolean())
        );
        Assert.Equal(2, stages[stage].Of("Microsoft.Web/sites/basicPublishingCredentialsPolicies").Count);
    }

    private IEnumerable<(string Name, string Delegation)> Subnets(string stage) =>
        Variables(stage, "network")
            .Where(variable => variable.Name.EndsWith("Subnet", StringComparison.Ordinal))
            .Select(variable =>
                (
                    variable.Value.GetProperty("name").GetString()!,
                    variable
                        .Value.GetProperty("properties")
                        .GetProperty("delegations")[0]
                        .GetProperty("properties")
                        .GetProperty("serviceName")
                        .GetString()!
                )
            )
            .Order();

    private List<(string Source, string Direction, string Access, string Destination, int Priority)> RunnerRules(
        string stage
    ) =>
        [
            .. Variables(stage, "network")
                .Where(variable => variable.Name is "services" or "closed")
                .SelectMany(variable =>
                    variable
                        .Value.EnumerateArray()
                        .Select(rule => rule.GetProperty("properties"))
                        .Select(rule =>
                            (
                                variable.Name,
                                rule.GetProperty("direction").GetString()!,
                                rule.GetProperty("access").GetString()!,
                                rule.GetProperty("destinationAddressPrefix").GetString()!,
                                rule.GetProperty("priority").GetInt32()
                            )
                        )
                ),
        ];

    private string Priority(string stage, string variable) =>
        Variables(stage, "network")
            .Single(one => one.Name == "copy")
            .Value.EnumerateArray()
            .Single(copy => copy.GetProperty("name").GetString() == variable)
            .GetProperty("input")
            .GetProperty("properties")
            .GetProperty("priority")
            .GetString()!;

    private JsonElement.ObjectEnumerator Variables(string stage, string module) =>
        stages[stage].Module(module).GetProperty("variables").EnumerateObject();

    [GeneratedRegex(
        "listKeys|listCredentials|listAccountSas|AccountKey=|SharedAccessKey|Password=",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex Secrets();
}
