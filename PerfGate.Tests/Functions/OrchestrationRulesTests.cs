using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using PerfGate.Functions.Orchestration;
using PerfGate.Tests.Architecture;

namespace PerfGate.Tests.Functions;

/// <summary>What the analyzers of the real packages would say (DURABLE0001 to 2004), where they are not to be had.</summary>
public sealed partial class OrchestrationRulesTests
{
    private static IReadOnlyList<MethodInfo> Functions { get; } =
    [
        .. typeof(RunActivities)
            .Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static))
            .Where(method => method.IsDefined(typeof(FunctionAttribute))),
    ];

    [Theory]
    [InlineData("PerfGate.Functions/Orchestration/RunOrchestrator.cs")]
    [InlineData("PerfGate.Functions/Orchestration/DurableRunSteps.cs")]
    [InlineData("PerfGate.Core/RunWorkflow.cs")]
    public void What_an_orchestrator_executes_reads_no_clock_makes_no_ids_and_starts_nothing(string file) =>
        Assert.DoesNotMatch(Forbidden(), File.ReadAllText(Path.Combine(Repository.Root.FullName, file)));

    [Fact]
    public void Every_activity_is_called_by_its_name()
    {
        var names = typeof(RunActivities)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (string)field.GetRawConstantValue()!);
        var activities = Functions.Where(HasTrigger<ActivityTriggerAttribute>).Select(NameOf);

        Assert.Equal(names.Order(), activities.Order());
    }

    [Fact]
    public void Names_of_functions_are_theirs_alone() =>
        Assert.Equal(Functions.Count, Functions.Select(NameOf).Distinct(StringComparer.OrdinalIgnoreCase).Count());

    [Fact]
    public void Every_function_has_one_trigger_and_no_parameter_that_the_host_would_drop_it_for()
    {
        foreach (var function in Functions)
        {
            var triggers = function
                .GetParameters()
                .Count(parameter =>
                    parameter
                        .GetCustomAttributes()
                        .Any(a => a.GetType().Name.EndsWith("TriggerAttribute", StringComparison.Ordinal))
                );
            Assert.True(triggers == 1, $"{NameOf(function)} has {triggers} triggers");
            // A trigger parameter of that name makes the host drop the function without a word.
            Assert.DoesNotContain("_", function.GetParameters().Select(parameter => parameter.Name));
        }
    }

    [Fact]
    public void Orchestrators_take_a_context_and_an_input_and_nothing_else()
    {
        var orchestrator = Assert.Single(Functions, HasTrigger<OrchestrationTriggerAttribute>);

        Assert.Equal(
            [typeof(TaskOrchestrationContext), typeof(OrchestrationState)],
            orchestrator.GetParameters().Select(parameter => parameter.ParameterType)
        );
        Assert.Equal("RunPerformanceTest", NameOf(orchestrator));
    }

    [Fact]
    public void One_retry_policy_serves_all_and_fits_what_Durable_allows()
    {
        var policy = DurableRunSteps.UntilBetter.Retry!.Policy!;
        var code =
            File.ReadAllText(
                Path.Combine(Repository.Root.FullName, "PerfGate.Functions/Orchestration/RunOrchestrator.cs")
            )
            + File.ReadAllText(
                Path.Combine(Repository.Root.FullName, "PerfGate.Functions/Orchestration/DurableRunSteps.cs")
            );

        Assert.Equal(Call().Count(code), WithPolicy().Count(code));
        Assert.True(policy.MaxRetryInterval >= policy.FirstRetryInterval);
        Assert.True(policy.RetryTimeout >= policy.FirstRetryInterval);
        Assert.True(policy.BackoffCoefficient >= 1);
    }

    private static bool HasTrigger<T>(MethodInfo method)
        where T : Attribute => method.GetParameters().Any(parameter => parameter.IsDefined(typeof(T)));

    private static string NameOf(MethodInfo method) => method.GetCustomAttribute<FunctionAttribute>()!.Name;

    [GeneratedRegex(
        @"\b(DateTime(Offset)?\.(Now|UtcNow|Today)|TimeProvider|Guid\.(NewGuid|CreateVersion7)|Task\.(Run|Delay|Factory)"
            + @"|Thread\b|ContinueWith|StartNew|ConfigureAwait|Environment\.|HttpClient|File\.|ILogger\b|Random\b)"
    )]
    private static partial Regex Forbidden();

    [GeneratedRegex(@"CallActivityAsync<")]
    private static partial Regex Call();

    [GeneratedRegex(@"CallActivityAsync<[^;]*UntilBetter", RegexOptions.Singleline)]
    private static partial Regex WithPolicy();
}
