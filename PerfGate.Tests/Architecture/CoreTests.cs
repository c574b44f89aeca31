using System.Reflection;
using System.Xml.Linq;
using PerfGate.Core;

namespace PerfGate.Tests.Architecture;

public class CoreTests
{
    private static readonly string[] Forbidden =
    [
        "Azure",
        "Microsoft.Azure",
        "Microsoft.AspNetCore",
        "Microsoft.DurableTask",
        "Microsoft.Extensions",
        "Npgsql",
        "Hangfire",
        "System.Data",
        "System.Net.Http",
        "dbup",
        "Jint",
        "PerfGate",
    ];

    [Fact]
    public void Core_knows_neither_azure_nor_a_database_nor_a_web_server() =>
        Assert.DoesNotContain(
            typeof(RunWorkflow).Assembly.GetReferencedAssemblies().Select(assembly => assembly.Name!),
            IsForbidden
        );

    [Fact]
    public void Core_asks_for_no_package_that_would_bring_them()
    {
        var project = XDocument.Load(Path.Combine(Repository.Root.FullName, "PerfGate.Core", "PerfGate.Core.csproj"));

        Assert.DoesNotContain(
            project.Descendants("PackageReference").Select(package => package.Attribute("Include")!.Value),
            IsForbidden
        );
        Assert.Empty(project.Descendants("FrameworkReference"));
        Assert.Empty(project.Descendants("ProjectReference"));
    }

    [Fact]
    public void Namespaces_of_core_are_its_folders()
    {
        var core = Path.Combine(Repository.Root.FullName, "PerfGate.Core");
        Assert.All(
            Repository
                .Files(".cs")
                .Where(file => file.FullName.StartsWith(core + Path.DirectorySeparatorChar, StringComparison.Ordinal)),
            file =>
            {
                var folder = Path.GetRelativePath(Repository.Root.FullName, file.DirectoryName!);
                var expected = $"namespace {folder.Replace(Path.DirectorySeparatorChar, '.')};";
                Assert.True(
                    File.ReadLines(file.FullName).Contains(expected),
                    $"{Repository.Relative(file)}: {expected}"
                );
            }
        );
    }

    [Fact]
    public void The_spine_and_its_steps_are_in_core_and_ask_for_no_clock()
    {
        var parameters = typeof(RunWorkflow)
            .GetMethod(nameof(RunWorkflow.ExecuteAsync), BindingFlags.Public | BindingFlags.Static)!
            .GetParameters()
            .Select(parameter => parameter.ParameterType);

        Assert.Equal([typeof(Guid), typeof(IRunSteps)], parameters);
    }

    private static bool IsForbidden(string name) =>
        Forbidden.Any(forbidden =>
            name.Equals(forbidden, StringComparison.OrdinalIgnoreCase)
            || name.StartsWith(forbidden + ".", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith(forbidden + "-", StringComparison.OrdinalIgnoreCase)
        );
}
