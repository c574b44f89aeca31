using System.Security.Cryptography;
using System.Text.Json;
using PerfGate.Core.Requests;

namespace PerfGate.Core.Baselines;

/// <summary>
/// Which runs may be compared: the same type, environment, load and scenarios. Thresholds and tags do not change what is
/// measured; the base URL is left out because the environment names the target, which may move. Of headers that carry
/// credentials only the names count: a fresh token for every run is not another load. The order of headers and captures
/// does not count either.
/// </summary>
public static class LoadFingerprint
{
    private static readonly HashSet<string> Credentials = new(StringComparer.OrdinalIgnoreCase)
    {
        "Authorization",
        "Proxy-Authorization",
        "Cookie",
        "X-Api-Key",
        "X-Auth-Token",
    };

    /// <summary>SHA-256 of canonical JSON, in lower-case hex.</summary>
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
                Scenarios = configuration.Scenarios.Select(Canonical),
            },
            RunJson.Options
        );
        return Convert.ToHexStringLower(SHA256.HashData(load));
    }

    /// <summary>
    /// The same of a load that was made elsewhere: it is compared with other imports of the same request and scenarios only,
    /// since what made its load is known by no more than that.
    /// </summary>
    /// <param name="request">What it is judged by.</param>
    /// <param name="scenarios">Names of the scenarios that were measured.</param>
    public static string OfImported(RunRequest request, IEnumerable<string> scenarios) =>
        Convert.ToHexStringLower(
            SHA256.HashData(
                JsonSerializer.SerializeToUtf8Bytes(
                    new { Imported = Of(request), Scenarios = scenarios.Order(StringComparer.Ordinal) },
                    RunJson.Options
                )
            )
        );

    private static ScenarioConfiguration Canonical(ScenarioConfiguration scenario) =>
        scenario with
        {
            Steps =
            [
                .. scenario.Steps.Select(step =>
                    step with
                    {
                        Headers = Sorted(
                            step.Headers.Select(header =>
                                KeyValuePair.Create(header.Key, Credentials.Contains(header.Key) ? "" : header.Value)
                            )
                        ),
                        Capture = Sorted(step.Capture),
                    }
                ),
            ],
        };

    private static SortedDictionary<string, string> Sorted(IEnumerable<KeyValuePair<string, string>> pairs) =>
        new(pairs.ToDictionary(), StringComparer.Ordinal);
}
