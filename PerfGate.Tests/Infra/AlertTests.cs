using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using PerfGate.Adapters.Telemetry;
using PerfGate.Core.Admission;
using PerfGate.Functions.Timers;
using PerfGate.Tests.Architecture;

namespace PerfGate.Tests.Infra;

public sealed partial class AlertTests(CompiledStages stages) : IClassFixture<CompiledStages>
{
    [Fact]
    public void Alerts_look_for_what_the_code_says()
    {
        var alerts = stages.Staging.Of("Microsoft.Insights/scheduledQueryRules");
        Assert.Equal(
            ["nightFailed", "nightMissing", "nightNotStarted", "nightRejected", "orphans"],
            alerts.Select(alert => alert.Symbol).Order(StringComparer.Ordinal)
        );

        var function = typeof(NightlyEndurance)
            .GetMethod(nameof(NightlyEndurance.RunAsync))!
            .GetCustomAttribute<FunctionAttribute>()!;
        Assert.Equal(function.Name, Default("nightlyFunction"));

        var verdicts = Query(alerts, "nightRejected");
        Assert.Contains($"Properties[\"{TelemetryTags.TestType}\"]", verdicts, StringComparison.Ordinal);
        Assert.Contains($"Properties[\"{TelemetryTags.Verdict}\"]", verdicts, StringComparison.Ordinal);
        Assert.Contains("\"perfgate.verdicts\"", verdicts, StringComparison.Ordinal);
        Assert.Contains(
            "\"perfgate.verdicts\"",
            Code("PerfGate.Adapters", "Telemetry", "RunTelemetry.cs"),
            StringComparison.Ordinal
        );

        Assert.Contains("parameters('notStartedMessage')", Query(alerts, "nightNotStarted"), StringComparison.Ordinal);
        // Each way of not starting says so.
        var ways = NotStarted().Matches(Code("PerfGate.Adapters", "Postgres", "DueTests.cs"));
        Assert.NotEmpty(ways);
        Assert.All(
            ways,
            way => Assert.StartsWith(Default("notStartedMessage")!, way.Groups[1].Value, StringComparison.Ordinal)
        );

        Assert.Contains("parameters('sweptMessage')", Query(alerts, "orphans"), StringComparison.Ordinal);
        Assert.Contains(
            $"\"{Default("sweptMessage")} {{Group}}",
            Code("PerfGate.Adapters", "ContainerInstances", "OrphanSweep.cs"),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("staging")]
    [InlineData("production")]
    public void A_budget_over_both_resource_groups_tells_somebody(string stage)
    {
        var budget = Assert.Single(stages[stage].Of("Microsoft.Consumption/budgets"));

        Assert.Equal("[parameters('monthlyAmount')]", budget.Property("amount")!.Value.GetString());
        Assert.Equal("[parameters('monthlyBudget')]", stages[stage].Given("budget", "monthlyAmount"));
        Assert.True(stages[stage].Parameter("monthlyBudget").GetInt32() > 0);
        Assert.Equal(
            "[parameters('resourceGroupNames')]",
            budget.Property("filter", "dimensions", "values")!.Value.GetString()
        );
        using var groups = JsonDocument.Parse(stages[stage].Given("budget", "resourceGroupNames"));
        Assert.Equal(2, groups.RootElement.GetArrayLength());
        Assert.Equal("[parameters('alertEmail')]", stages[stage].Given("budget", "email"));
        Assert.Equal("engineers@example.com", stages[stage].Parameter("alertEmail").GetString());
        Assert.All(
            budget.Property("notifications")!.Value.EnumerateObject(),
            notice => Assert.Equal("[parameters('email')]", notice.Value.GetProperty("contactEmails")[0].GetString())
        );
    }

    [Fact]
    public void The_application_in_entra_has_the_roles_that_tokens_of_perfgate_have()
    {
        using var application = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(BicepCompiler.Folder, "entra-application.json"))
        );

        Assert.Equal(
            Enum.GetValues<Role>().Select(RoleNames.NameOf),
            application
                .RootElement.GetProperty("appRoles")
                .EnumerateArray()
                .Select(role => role.GetProperty("value").GetString())
        );
        // The authority that the app is given is version 2's; tokens of version 1 have another issuer.
        Assert.Equal(
            2,
            application.RootElement.GetProperty("api").GetProperty("requestedAccessTokenVersion").GetInt32()
        );
    }

    private string? Default(string parameter) =>
        stages
            .Staging.Module("alerts")
            .GetProperty("parameters")
            .GetProperty(parameter)
            .GetProperty("defaultValue")
            .GetString();

    private static string Query(IEnumerable<TemplateResource> alerts, string symbol) =>
        alerts
            .Single(alert => alert.Symbol == symbol)
            .Property("criteria", "allOf")!
            .Value[0]
            .GetProperty("query")
            .GetString()!;

    private static string Code(params string[] path) =>
        File.ReadAllText(Path.Combine([Repository.Root.FullName, .. path]));

    [GeneratedRegex(@"new Outcome\(\s*null,\s*\$?""([^""]*)")]
    private static partial Regex NotStarted();
}
