using PerfGate.K6.Metrics;

namespace PerfGate.Tests.K6.Metrics;

public sealed class MetricEngineTests
{
    private readonly MetricRegistry _registry = new();
    private readonly MetricEngine _engine = new();

    [Fact]
    public async Task Nothing_that_was_handed_over_is_lost()
    {
        var metric = _registry.GetOrAdd("forms_sent", MetricType.Counter);
        var collector = new SampleCollector([_engine], TimeProvider.System);
        var draining = collector.RunAsync();

        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ =>
                    Task.Run(() =>
                    {
                        for (var at = 0; at < 500; at++)
                        {
                            collector.Add([.. Enumerable.Repeat(new Sample(metric, TagSet.Empty, 1, 0), 20)]);
                        }
                    })
                )
        );
        collector.Complete();
        await draining;

        var (count, sum) = _engine.Read(sinks =>
        {
            var sink = Assert.Single(sinks).Sink;
            return (sink.Count, sink.Statistic("count", 1));
        });
        Assert.Equal((80_000, 80_000.0), (count, sum));
    }

    [Fact]
    public void A_check_of_one_name_in_two_groups_is_two_in_the_tree_and_one_by_name()
    {
        var checks = _registry.GetOrAdd("checks", MetricType.Rate);
        var tags = TagSet.Empty.With("check", "is fine");
        _engine.Add([
            new Sample(checks, tags.With("group", ""), 1, 0),
            new Sample(checks, tags.With("group", "::a::b"), 0, 0),
            new Sample(checks, tags.With("group", "::a::b"), 1, 0),
            new Sample(checks, tags, 1, 0),
        ]);

        var root = _engine.Checks.Root;
        Assert.Equal(("::is fine", 1), (Assert.Single(root.Checks).Path, root.Checks[0].Passes));
        var inner = Assert.Single(Assert.Single(root.Groups).Groups);
        Assert.Equal(("b", "::a::b"), (inner.Name, inner.Path));
        Assert.Equal((1, 1), (Assert.Single(inner.Checks).Passes, inner.Checks[0].Fails));
        var byName = Assert.Single(_engine.Checks.All);
        Assert.Equal((3, 1), (byName.Passes, byName.Fails));
    }

    [Fact]
    public void A_group_without_checks_is_in_the_tree_and_a_group_tag_that_is_no_path_is_the_root()
    {
        var duration = _registry.GetOrAdd("group_duration", MetricType.Trend, MetricContains.Time);
        _engine.Add([
            new Sample(duration, TagSet.Empty.With("group", "::silent"), 1, 0),
            new Sample(duration, TagSet.Empty.With("group", "odd"), 1, 0),
        ]);

        Assert.Equal("::silent", Assert.Single(_engine.Checks.Root.Groups).Path);
    }
}
