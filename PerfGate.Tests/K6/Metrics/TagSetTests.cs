using PerfGate.K6.Metrics;

namespace PerfGate.Tests.K6.Metrics;

public sealed class TagSetTests
{
    [Fact]
    public void The_same_tags_are_the_same_object_however_they_came_together()
    {
        var first = TagSet.Empty.With("b", "2").With("a", "1");
        var second = TagSet.Empty.With("a", "0").With("b", "2").With("a", "1");

        Assert.Same(first, second);
        Assert.Equal(["a", "b"], first.Tags.Select(tag => tag.Key));
        Assert.Same(TagSet.Empty.With("b", "2"), first.Without("a"));
        Assert.Same(TagSet.Empty, TagSet.Empty.With("a", "1").Without("a"));
    }

    [Fact]
    public void A_tag_is_found_by_its_name()
    {
        var tags = TagSet.Empty.With("group", "");

        Assert.Equal("", tags.Find("group"));
        Assert.Null(tags.Find("scenario"));
    }
}
