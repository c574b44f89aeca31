using System.Security.Cryptography;
using System.Text.Json;
using PerfGate.Core.Requests;

namespace PerfGate.Core.Baselines;

/// <summary>
/// Which runs may be compared: the same type, environment, load and scenarios. Thresholds and tags do not change what is
/// measured; the base URL is left out because the environment names the target, which may move.
/// </summary>
public static class LoadFingerprint
{
    /// <summary>SHA-256 in lower-case hex.</summary>
    public static string Of(RunRequest request)
    {
        var configuration = request.Configuration;
        var load = JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                request.TestType,
                request.Environment,
                configuration.Vus,
                configuration.ArrivalRate,
                configuration.Duration,
                configuration.Stages,
                configuration.Scenarios,
            },
            RunJson.Options
        );
        return Convert.ToHexStringLower(SHA256.HashData(load));
    }
}
