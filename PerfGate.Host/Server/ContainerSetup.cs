using PerfGate.Adapters.ContainerInstances;
using PerfGate.Core.Requests;

namespace PerfGate.Host.Server;

/// <summary>
/// What a one-machine server needs to run its runners in container groups, from the same settings as the function app
/// (docs/configuration.md).
/// </summary>
/// <param name="Containers">The container groups.</param>
/// <param name="BlobConnectionString">The blob service by connection string; null where it is named by URL.</param>
/// <param name="BlobServiceUrl">The blob service by URL; null where there is a connection string.</param>
public sealed record ContainerSetup(
    ContainerInstanceOptions Containers,
    string? BlobConnectionString,
    Uri? BlobServiceUrl
)
{
    private const string Url = "PerfGate__BlobServiceUrl";

    /// <summary>Reads it, with everything that is wrong with it; usable only where nothing is.</summary>
    public static (ContainerSetup Setup, IReadOnlyList<FieldError> Problems) Read(IConfiguration configuration)
    {
        var (containers, wrong) = ContainerInstanceSettings.Read(configuration);
        var problems = wrong.ToList();
        var connection = configuration["PerfGate:BlobConnectionString"];
        var text = configuration["PerfGate:BlobServiceUrl"];
        var isUrl = Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps;
        if (connection is null && !isUrl)
        {
            problems.Add(
                new FieldError(
                    Url,
                    text is null ? "is not set" : $"'{text}' is no such address",
                    "the blob service, https://ACCOUNT.blob.core.windows.net, or PerfGate__BlobConnectionString: runners in "
                        + "containers reach no folder"
                )
            );
        }
        return (new ContainerSetup(containers, connection, connection is null ? url : null), problems);
    }
}
