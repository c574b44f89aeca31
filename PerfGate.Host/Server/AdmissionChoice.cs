using PerfGate.Adapters;
using PerfGate.Adapters.Blobs;
using PerfGate.Core.Admission;
using PerfGate.Host.Commands;

namespace PerfGate.Host.Server;

/// <summary>
/// Where loads may go and how much may be asked for, by the environment of this process. Without settings loads may go wherever
/// this machine reaches: whoever types a command reaches it anyway.
/// </summary>
internal static class AdmissionChoice
{
    /// <summary>Reads it.</summary>
    /// <param name="setup">Where runners run, if not on this machine: it may bear less.</param>
    /// <exception cref="UsageException">Variables cannot be used; it names each of them.</exception>
    public static AdmissionRules OfEnvironment(ContainerSetup? setup = null)
    {
        var (rules, problems) = AdmissionSettings.Read(ProcessSettings.Read(), TargetRules.Any);
        var tooLong = SignatureLifetime.Problems(rules.Limits, setup?.BlobServiceUrl, setup?.Containers);
        return UsageException.Unless([.. problems, .. tooLong], rules);
    }
}
