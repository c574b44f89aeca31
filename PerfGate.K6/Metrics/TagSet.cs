using System.Collections.Concurrent;

namespace PerfGate.K6.Metrics;

/// <summary>
/// Immutable tags, one object for each content, so that comparing and caching go by reference. Adding a tag walks a cached
/// edge: the hot path allocates nothing once a combination has been seen.
/// </summary>
public sealed class TagSet
{
    // Values that differ from request to request (bad names) would fill the memory with edges.
    private const int MostEdges = 10_000;

    private static readonly ConcurrentDictionary<string, TagSet> Interned = new();
    private readonly ConcurrentDictionary<(string, string), TagSet> _edges = new();

    private readonly KeyValuePair<string, string>[] _tags;

    private TagSet(KeyValuePair<string, string>[] tags) => _tags = tags;

    /// <summary>No tags.</summary>
    public static TagSet Empty { get; } = new([]);

    /// <summary>The tags, sorted by name.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Tags => _tags;

    /// <summary>Room for an output to keep these tags as it writes them.</summary>
    internal RenderedTags? Rendered { get; set; }

    /// <summary>These tags and one more; a tag of the same name is replaced.</summary>
    public TagSet With(string name, string value)
    {
        if (_edges.TryGetValue((name, value), out var next))
        {
            return next;
        }
        var tags = Tags.Where(tag => tag.Key != name)
            .Append(new KeyValuePair<string, string>(name, value))
            .OrderBy(tag => tag.Key, StringComparer.Ordinal)
            .ToArray();
        next =
            Interned.Count < MostEdges
                ? Interned.GetOrAdd(
                    string.Join('\u0001', tags.Select(tag => $"{tag.Key}\u0002{tag.Value}")),
                    _ => new TagSet(tags)
                )
                : new TagSet(tags);
        if (_edges.Count < MostEdges)
        {
            _edges[(name, value)] = next;
        }
        return next;
    }

    /// <summary>These tags without one.</summary>
    public TagSet Without(string name) =>
        Find(name) is null
            ? this
            : Tags.Where(tag => tag.Key != name).Aggregate(Empty, (set, tag) => set.With(tag.Key, tag.Value));

    /// <summary>A tag's value; null where it is absent.</summary>
    public string? Find(string name)
    {
        // Over the array: an enumerator of the list would be allocated on every call.
        foreach (ref readonly var tag in _tags.AsSpan())
        {
            if (tag.Key == name)
            {
                return tag.Value;
            }
        }
        return null;
    }
}

/// <summary>A tag set as one output writes it; tag sets outlive outputs.</summary>
internal sealed record RenderedTags(object Output, byte[] Bytes);

/// <summary>One measured value.</summary>
/// <param name="Metric">Of what.</param>
/// <param name="Tags">Where.</param>
/// <param name="Value">How much.</param>
/// <param name="UnixMicroseconds">When, UTC.</param>
public readonly record struct Sample(Metric Metric, TagSet Tags, double Value, long UnixMicroseconds);
