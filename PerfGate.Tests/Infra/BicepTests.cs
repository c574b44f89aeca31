using PerfGate.Tests.Architecture;

namespace PerfGate.Tests.Infra;

public sealed class BicepTests
{
    [Fact]
    public async Task Every_bicep_file_compiles_without_a_warning()
    {
        Assert.SkipUnless(BicepCompiler.Program is not null, BicepCompiler.Skip);

        // The linter's exit status is 0 with warnings: what it says is what counts.
        var (status, output, diagnostics) = await BicepCompiler.RunAsync(
            "lint",
            "--pattern",
            Path.Combine(BicepCompiler.Folder, "**", "*.bicep")
        );

        Assert.Equal((0, "", ""), (status, output.Trim(), diagnostics));
    }

    [Theory]
    [InlineData("staging")]
    [InlineData("production")]
    public async Task Every_parameter_file_compiles_without_a_warning(string stage)
    {
        Assert.SkipUnless(BicepCompiler.Program is not null, BicepCompiler.Skip);

        var template = await BicepCompiler.CompileAsync(stage);

        Assert.NotEmpty(template.Resources);
        Assert.Equal(stage, template.Parameter("stage").GetString());
    }

    [Fact]
    public void Every_module_is_used_and_every_stage_has_its_parameter_file()
    {
        var main = File.ReadAllText(Path.Combine(BicepCompiler.Folder, "main.bicep"));

        Assert.All(
            Repository.Files(".bicep").Where(file => file.Directory!.Name == "modules"),
            file => Assert.Contains($"'modules/{file.Name}'", main, StringComparison.Ordinal)
        );
        Assert.Equal(
            ["production.bicepparam", "staging.bicepparam"],
            Repository.Files(".bicepparam").Select(file => file.Name).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task A_warning_is_seen()
    {
        Assert.SkipUnless(BicepCompiler.Program is not null, BicepCompiler.Skip);
        var folder = Directory.CreateTempSubdirectory("perfgate-bicep-");
        try
        {
            File.Copy(
                Path.Combine(BicepCompiler.Folder, "bicepconfig.json"),
                Path.Combine(folder.FullName, "bicepconfig.json")
            );
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "unused.bicep"), "param nobodyReadsIt string\n");

            var (_, output, diagnostics) = await BicepCompiler.RunAsync(
                "lint",
                "--pattern",
                Path.Combine(folder.FullName, "**", "*.bicep")
            );

            Assert.Contains("no-unused-params", output + diagnostics, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
