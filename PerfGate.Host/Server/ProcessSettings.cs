namespace PerfGate.Host.Server;

/// <summary>Settings that this process has from its environment, by the names of docs/configuration.md.</summary>
internal static class ProcessSettings
{
    /// <summary>Reads them, as they are now.</summary>
    public static IConfiguration Read() => new ConfigurationBuilder().AddEnvironmentVariables().Build();
}
