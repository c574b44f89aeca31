using System.Security.Cryptography;
using System.Text;

namespace PerfGate.K6.Metrics;

/// <summary>A group with its checks, as k6's summaries show them.</summary>
public sealed class CheckGroup(string name, string path)
{
    private readonly Dictionary<string, CheckGroup> _groups = [];
    private readonly Dictionary<string, CheckTally> _checks = [];

    /// <summary>Last part of the path.</summary>
    public string Name { get; } = name;

    /// <summary>k6's group path: <c>::a::b</c>; empty for the root.</summary>
    public string Path { get; } = path;

    /// <summary>Groups inside, in order of appearance.</summary>
    public List<CheckGroup> Groups { get; } = [];

    /// <summary>Checks inside, in order of appearance.</summary>
    public List<CheckTally> Checks { get; } = [];

    /// <summary>k6's id of a path: its MD5 in hex.</summary>
    public static string IdOf(string path) =>
#pragma warning disable CA5351 // k6's own format; nothing is protected by it.
        Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(path)));
#pragma warning restore CA5351

    internal CheckGroup Group(string name)
    {
        if (!_groups.TryGetValue(name, out var group))
        {
            group = new CheckGroup(name, $"{Path}::{name}");
            _groups[name] = group;
            Groups.Add(group);
        }
        return group;
    }

    internal CheckTally Check(string name)
    {
        if (!_checks.TryGetValue(name, out var check))
        {
            check = new CheckTally(name, $"{Path}::{name}");
            _checks[name] = check;
            Checks.Add(check);
        }
        return check;
    }
}

/// <summary>How often a check held.</summary>
public sealed class CheckTally(string name, string path)
{
    /// <summary>The check.</summary>
    public string Name { get; } = name;

    /// <summary>Group path, two colons, name.</summary>
    public string Path { get; } = path;

    /// <summary>Times it held.</summary>
    public long Passes { get; private set; }

    /// <summary>Times it did not.</summary>
    public long Fails { get; private set; }

    internal void Add(bool passed)
    {
        if (passed)
        {
            Passes++;
        }
        else
        {
            Fails++;
        }
    }
}

/// <summary>The groups and checks of a test.</summary>
public sealed class CheckTree
{
    private readonly Dictionary<string, CheckGroup> _byPath = [];
    private readonly Dictionary<string, CheckTally> _byName = [];

    /// <summary>The group that all others are in.</summary>
    public CheckGroup Root { get; } = new("", "");

    /// <summary>
    /// Checks by name alone, over all groups, in order of appearance: what k6's text shows (a name in two groups is one line).
    /// </summary>
    public IReadOnlyCollection<CheckTally> All => _byName.Values;

    /// <summary>The group of a path, with those around it. What is before the first <c>::</c> does not count, as in k6.</summary>
    public CheckGroup Group(string path)
    {
        if (!_byPath.TryGetValue(path, out var group))
        {
            group = path.Split("::").Skip(1).Aggregate(Root, (outer, name) => outer.Group(name));
            _byPath[path] = group;
        }
        return group;
    }

    /// <summary>Counts a check.</summary>
    /// <param name="groupPath">The group tag; null where there is none, then only <see cref="All"/> counts it, as in k6.</param>
    /// <param name="name">The check tag.</param>
    /// <param name="passed">Whether it held.</param>
    public void Add(string? groupPath, string name, bool passed)
    {
        if (!_byName.TryGetValue(name, out var check))
        {
            check = new CheckTally(name, name);
            _byName[name] = check;
        }
        check.Add(passed);
        if (groupPath is not null)
        {
            Group(groupPath).Check(name).Add(passed);
        }
    }
}
