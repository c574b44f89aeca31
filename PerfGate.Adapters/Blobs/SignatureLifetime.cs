using PerfGate.Adapters.ContainerInstances;
using PerfGate.Adapters.Runs;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Blobs;

/// <summary>
/// How long the signatures of runners live. The service gives a user delegation key for seven days at most, and a signature lives no
/// longer than its key: https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key.
/// </summary>
public static class SignatureLifetime
{
    /// <summary>A key lives no longer than this from now on.</summary>
    public static readonly TimeSpan LongestKey = TimeSpan.FromDays(7);

    /// <summary>Over the run's deadline: a runner that stops its engine late, and the upload of what it measured.</summary>
    public static readonly TimeSpan AfterDeadline = TimeSpan.FromHours(1);

    /// <summary>Our clock and the service's may differ.</summary>
    internal static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    /// <summary>The longest load whose runners can be given signatures to its end, whole minutes.</summary>
    /// <param name="containers">Where runners run; null for child processes.</param>
    public static TimeSpan LongestLoad(ContainerInstanceOptions? containers)
    {
        var left = LongestKey - AfterDeadline - ClockSkew - SegmentTimes.MostBesideLoad(containers);
        return TimeSpan.FromMinutes(Math.Floor(left.TotalMinutes));
    }

    /// <summary>Settings that allow a load that is longer than its runners' signatures can live.</summary>
    /// <param name="limits">What may be asked for.</param>
    /// <param name="service">
    /// The blob service that is opened with an Entra identity; null where there is none: the account's key signs for as long as
    /// one likes.
    /// </param>
    /// <param name="containers">Where runners run; null for child processes.</param>
    public static IReadOnlyList<FieldError> Problems(Limits limits, Uri? service, ContainerInstanceOptions? containers)
    {
        if (service is null)
        {
            return [];
        }
        var longest = LongestLoad(containers);
        return
        [
            .. from environment in Enum.GetValues<TargetEnvironment>()
            from type in Enum.GetValues<TestType>()
            let asked = limits.On(environment).LongestDuration(type)
            where asked > longest
            select new FieldError(
                $"{SettingValues.Root}Environments__{environment}__Max{type}Duration",
                $"'{DurationText.Format(asked)}' is longer than a runner may write to {service}, which is opened with "
                    + "the app's identity and signs for seven days at most",
                $"{DurationText.Format(longest)} at most, or PerfGate__BlobConnectionString instead of PerfGate__BlobServiceUrl"
            ),
        ];
    }
}
