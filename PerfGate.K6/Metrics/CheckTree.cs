using System.Security.Cryptography;
using System.Text;

namespace PerfGate.K6.Metrics;

/// <summary>A group with its checks, as k6's summaries show them.</summary>
public sealed class CheckGroup(string name, string path)
{
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
}

/// <summary>How often a check held.</summary>
public sealed class CheckTally(string name, string path)
{
    /// <summary>The check.</summary>
    public string Name { get; } = name;

    /// <summary>Group path, two colons, name.</summary>
    public string Path { get; } = path;

    /// <summary>Times it held.</summary>
    public long Passes { get; set; }

    /// <summary>Times it did not.</summary>
    public long Fails { get; set; }
}

/// <summary>The groups and checks of a test.</summary>
public sealed class CheckTree
{
    private readonly Dictionary<string, CheckGroup> _groups = new() { [""] = new CheckGroup("", "") };
    private readonly Dictionary<(string, string), CheckTally> _checks = [];

    /// <summary>The group that all others are in.</summary>
    public CheckGroup Root => _groups[""];

    /// <summary>All checks, in order of appearance.</summary>
    public IEnumerable<CheckTally> All => _checks.Values;

    /// <summary>The group of a path, with those around it.</summary>
    public CheckGroup Group(string path)
    {
        if (_groups.TryGetValue(path, out var group))
        {
            return group;
        }
        var cut = path.LastIndexOf("::", StringComparison.Ordinal);
        group = new CheckGroup(path[(cut + 2)..], path);
        Group(cut <= 0 ? "" : path[..cut]).Groups.Add(group);
        _groups[path] = group;
        return group;
    }

    /// <summary>Counts a check.</summary>
    public void Add(string groupPath, string name, bool passed)
    {
        if (!_checks.TryGetValue((groupPath, name), out var check))
        {
            check = new CheckTally(name, $"{groupPath}::{name}");
            _checks[(groupPath, name)] = check;
            Group(groupPath).Checks.Add(check);
        }
        if (passed)
        {
            check.Passes++;
        }
        else
        {
            check.Fails++;
        }
    }
}
