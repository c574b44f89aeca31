using System.Text.Json;
using System.Text.RegularExpressions;
using PerfGate.Tests.Architecture;

namespace PerfGate.Tests.Infra;

public sealed partial class RightsTests(CompiledStages stages) : IClassFixture<CompiledStages>
{
    private const string Runners = "[parameters('runnerRoleId')]";

    /// <summary>Who may do what where: all there is. Names and ids of built-in roles are Azure's own.</summary>
    private static readonly (string Who, string Role, string Scope)[] Expected =
    [
        ("app", "Storage Blob Data Owner b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "hostStorageName"),
        ("app", "Storage Queue Data Contributor 974c5e8b-45b9-4653-ba55-5f855dd0fb88", "hostStorageName"),
        ("app", "Storage Table Data Contributor 0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3", "hostStorageName"),
        ("app", "Storage Blob Data Contributor ba92f5b4-2d11-453d-a403-e96b0029c9fe", "artifactStorageName"),
        ("app", "Storage Blob Delegator db58b8e5-c6ad-4a2a-8342-4190687cbf4a", "artifactStorageName"),
        ("app", "Monitoring Metrics Publisher 3913510d-42f4-4e42-8a64-420c390055eb", "insightsName"),
        ("app", "Key Vault Secrets User 4633458b-17de-408a-b874-0445c86b69e6", "vaultName"),
        ("app", Runners, "networkName runners"),
        ("app", Runners, "runnerIdentityName"),
        ("app", Runners, "resource group of the runners"),
        ("runner", "AcrPull 7f951dda-4ed3-4680-a7ca-43fe172d538d", "registryName"),
    ];

    [Theory]
    [InlineData("staging")]
    [InlineData("production")]
    public void Rights_are_a_closed_list(string stage)
    {
        var assigned = stages[stage]
            .Of("Microsoft.Authorization/roleAssignments")
            .Select(one => (WhoOf(one), RoleOf(one), ScopeOf(one)));

        Assert.Equal(Expected.Select(one => (one.Who, one.Role.Split(' ')[^1], one.Scope)).Order(), assigned.Order());
    }

    [Fact]
    public void The_list_says_what_the_files_say_of_each_role()
    {
        var access = File.ReadAllText(Path.Combine(BicepCompiler.Folder, "modules", "access.bicep"));

        foreach (
            var (name, id) in Expected
                .Select(one => BuiltIn().Match(one.Role))
                .Where(one => one.Success)
                .Select(one => (one.Groups[1].Value, one.Groups[2].Value))
        )
        {
            var before = access[..access.IndexOf(id, StringComparison.Ordinal)];
            var description = before[before.LastIndexOf("@description('", StringComparison.Ordinal)..];
            Assert.StartsWith($"@description('{name}:", description, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("staging")]
    [InlineData("production")]
    public void The_role_for_container_groups_holds_what_is_called_and_no_more(string stage)
    {
        var role = Assert.Single(stages[stage].Of("Microsoft.Authorization/roleDefinitions"));
        var permission = Assert.Single(role.Property("permissions")!.Value.EnumerateArray());

        string[] calls = [.. Called(), "containerGroups/containers/logs/read"];
        string[] linked =
        [
            "Microsoft.Network/virtualNetworks/subnets/join/action",
            "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
        ];
        Assert.Equal(
            calls.Select(call => $"Microsoft.ContainerInstance/{call}").Concat(linked).Order(StringComparer.Ordinal),
            Texts(permission.GetProperty("actions")).Order(StringComparer.Ordinal)
        );
        Assert.Empty(Texts(permission.GetProperty("dataActions")));
        Assert.Equal(2, role.Property("assignableScopes")!.Value.GetArrayLength());
        Assert.All(
            Texts(role.Property("assignableScopes")!.Value),
            scope => Assert.Contains("'Microsoft.Resources/resourceGroups'", scope, StringComparison.Ordinal)
        );
    }

    /// <summary>The verbs that the client of container groups sends, as actions.</summary>
    private static IEnumerable<string> Called()
    {
        var client = File.ReadAllText(
            Path.Combine(
                Repository.Root.FullName,
                "PerfGate.Adapters",
                "ContainerInstances",
                "ContainerGroupsClient.cs"
            )
        );
        Assert.Contains("/logs", client, StringComparison.Ordinal);
        return Verb()
            .Matches(client)
            .Select(verb => verb.Groups[1].Value)
            .Distinct()
            .Select(verb =>
                verb switch
                {
                    "Get" => "containerGroups/read",
                    "Put" => "containerGroups/write",
                    "Delete" => "containerGroups/delete",
                    _ => throw new InvalidOperationException($"{verb} needs an action in infra/main.bicep"),
                }
            );
    }

    private static string WhoOf(TemplateResource assignment) =>
        assignment.Property("principalId")!.Value.GetString() switch
        {
            "[parameters('appPrincipalId')]" => "app",
            "[parameters('runnerPrincipalId')]" => "runner",
            var other => other!,
        };

    private static string RoleOf(TemplateResource assignment)
    {
        var role = assignment.Property("roleDefinitionId")!.Value.GetString()!;
        return RoleId().Match(role) is { Success: true } id ? id.Value : role;
    }

    private static string ScopeOf(TemplateResource assignment) =>
        assignment.Json.TryGetProperty("scope", out var scope)
            ? string.Join(' ', Parameter().Matches(scope.GetString()!).Select(one => one.Groups[1].Value).Distinct())
                + (scope.GetString()!.Contains("/subnets", StringComparison.Ordinal) ? " runners" : "")
        : assignment.Module == "runnerAccess" ? "resource group of the runners"
        : $"all of {assignment.Module}";

    private static IEnumerable<string> Texts(JsonElement list) => list.EnumerateArray().Select(one => one.GetString()!);

    [GeneratedRegex(@"RequestMethod\.([A-Z]\w+)")]
    private static partial Regex Verb();

    [GeneratedRegex(@"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")]
    private static partial Regex RoleId();

    [GeneratedRegex(@"^(.+) ([0-9a-f]{8}-[0-9a-f-]{27})$")]
    private static partial Regex BuiltIn();

    [GeneratedRegex(@"parameters\('(\w+)'\)")]
    private static partial Regex Parameter();
}
