using System.Globalization;
using System.Text;
using PerfGate.Core.Metrics;
using PerfGate.Core.Thresholds;

namespace PerfGate.Tests.K6Output;

/// <summary>Output with more names than are kept apart takes no more memory, loses no request, and says so.</summary>
public sealed class ManyNamesTests
{
    private const int Scenarios = 3;
    private const int Groups = 40;
    private const int Endpoints = 40;

    [Fact]
    public void Combinations_beyond_the_most_are_put_together_by_scenario_and_nothing_is_lost()
    {
        var records = Captures.Condense(Output());

        var keys = records.SelectMany(record => record.Requests).Select(r => (r.Scenario, r.Group, r.Endpoint));
        Assert.InRange(keys.Distinct().Count(), 2000, 2000 + Scenarios);
        var metrics = Metrics();
        Assert.Equal(Scenarios * Groups * Endpoints, metrics.Overall.Requests);
        Assert.Equal(
            Enumerable.Repeat((long)Groups * Endpoints, Scenarios),
            metrics.ByScenario.Values.Select(scenario => scenario.Requests)
        );
        Assert.Equal(Scenarios * Groups * Endpoints - 2000, metrics.ByEndpoint["(other)"].Requests);
        Assert.Equal(Scenarios * Groups * Endpoints - 2000, metrics.ByGroup["(other)"].Requests);
    }

    [Fact]
    public void What_was_put_together_is_said_and_forbids_a_pass_where_a_bound_may_miss_it()
    {
        var plain = Finding(ThresholdSettings.Default);
        Assert.Equal(FindingWeight.Note, plain.Weight);
        Assert.Contains("groups, endpoints", plain.Reason.Sentence, StringComparison.Ordinal);

        var tagged = Finding(
            ThresholdSettings.Default with
            {
                K6 = new Dictionary<string, IReadOnlyList<string>>
                {
                    ["http_req_duration{group:::group-39}"] = ["p(95)<100"],
                },
            }
        );
        Assert.Equal(FindingWeight.ForbidsPass, tagged.Weight);
    }

    private static Finding Finding(ThresholdSettings settings) =>
        EvidenceRules
            .Examine(null, [], Metrics(), settings)
            .Single(finding => finding.Reason.Code == "names-put-together");

    private static RunMetrics Metrics()
    {
        var builder = new RunMetricsBuilder();
        foreach (var record in Captures.Condense(Output()))
        {
            builder.Add(0, record);
        }
        return builder.Build([], []);
    }

    private static byte[] Output()
    {
        var csv = new StringBuilder("metric_name,timestamp,metric_value,group,method,name,scenario\n");
        for (var i = 0; i < Scenarios * Groups * Endpoints; i++)
        {
            var (scenario, group, endpoint) = (i % Scenarios, i / Scenarios % Groups, i / Scenarios / Groups);
            csv.Append(
                CultureInfo.InvariantCulture,
                $"http_reqs,7,1,::group-{group},GET,endpoint-{endpoint},scenario-{scenario}\n"
            );
        }
        return Encoding.UTF8.GetBytes(csv.ToString());
    }
}
