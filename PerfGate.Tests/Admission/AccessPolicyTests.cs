using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Tests.Architecture;

namespace PerfGate.Tests.Admission;

public sealed class AccessPolicyTests
{
    [Fact]
    public void Every_permission_has_one_line_in_the_table() =>
        Assert.Equal(Enum.GetValues<Permission>().Order(), AccessPolicy.Rules.Select(rule => rule.Permission).Order());

    [Theory]
    [InlineData(Permission.Read, TargetEnvironment.Production, Role.Viewer)]
    [InlineData(Permission.Run, TargetEnvironment.Staging, Role.Engineer)]
    [InlineData(Permission.Run, TargetEnvironment.Production, Role.Admin)]
    [InlineData(Permission.EditTests, TargetEnvironment.Staging, Role.Engineer)]
    [InlineData(Permission.EditTests, TargetEnvironment.Production, Role.Admin)]
    [InlineData(Permission.PromoteBaselines, TargetEnvironment.Staging, Role.Admin)]
    public void Viewers_read_engineers_run_on_staging_admins_do_the_rest(
        Permission permission,
        TargetEnvironment environment,
        Role needed
    ) => Assert.Equal(needed, AccessPolicy.Needed(permission, environment));

    [Fact]
    public void Production_never_needs_less_than_staging() =>
        Assert.All(AccessPolicy.Rules, rule => Assert.True(rule.Production >= rule.Staging, $"{rule.Permission}"));

    [Theory]
    [InlineData("PerfGate.Admin", Role.Admin)]
    [InlineData("PerfGate.Viewer PerfGate.Engineer", Role.Engineer)]
    [InlineData("PerfGate.Engineer PerfGate.Viewer", Role.Engineer)]
    [InlineData("perfgate.admin", null)]
    [InlineData("Admin", null)]
    [InlineData("PerfGate.3", null)]
    [InlineData("PerfGate.Owner", null)]
    [InlineData("", null)]
    public void Roles_are_spelled_exactly(string names, Role? highest) =>
        Assert.Equal(highest, RoleNames.Highest(names.Split(' ')));

    [Fact]
    public void The_table_in_the_documentation_is_the_codes()
    {
        var lines = AccessPolicy.Rules.Select(rule =>
            $"| {rule.What} | `{RoleNames.NameOf(rule.Staging)}` | `{RoleNames.NameOf(rule.Production)}` |"
        );
        var document = File.ReadAllText(Path.Combine(Repository.Root.FullName, "docs", "security.md"));

        Assert.Contains(string.Join('\n', lines), document, StringComparison.Ordinal);
    }
}
