namespace PerfGate.Tests.Infra;

/// <summary>Both stages, compiled once.</summary>
public sealed class CompiledStages : IAsyncLifetime
{
    private CompiledTemplate? _staging;
    private CompiledTemplate? _production;

    internal CompiledTemplate Staging => Of(_staging);

    internal CompiledTemplate Production => Of(_production);

    internal CompiledTemplate this[string stage] => stage == "staging" ? Staging : Production;

    public async ValueTask InitializeAsync()
    {
        if (BicepCompiler.Program is not null)
        {
            _staging = await BicepCompiler.CompileAsync("staging");
            _production = await BicepCompiler.CompileAsync("production");
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static CompiledTemplate Of(CompiledTemplate? compiled)
    {
        Assert.SkipUnless(compiled is not null, BicepCompiler.Skip);
        return compiled!;
    }
}
