using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace PerfGate.Adapters.Http.OpenApi;

/// <summary>
/// Descriptions from the compiler's XML documentation files beside the assemblies; there are none where the files were left
/// out, and nothing else is missing then.
/// </summary>
internal sealed partial class XmlDocumentation
{
    private readonly Dictionary<Assembly, Dictionary<string, XElement>> _files = [];

    /// <summary>A type's summary.</summary>
    public string? Of(Type type) => Text(Find(type, "T:" + type.FullName)?.Element("summary"));

    /// <summary>A property's summary, or that of the record's parameter which declares it.</summary>
    public string? Of(JsonPropertyInfo? property)
    {
        if (property?.AttributeProvider is not PropertyInfo { DeclaringType: { } owner } member)
        {
            return null;
        }
        return Text(Find(owner, $"P:{owner.FullName}.{member.Name}")?.Element("summary"))
            ?? Text(
                Find(owner, "T:" + owner.FullName)
                    ?.Elements("param")
                    .FirstOrDefault(parameter => (string?)parameter.Attribute("name") == member.Name)
            );
    }

    private XElement? Find(Type type, string name)
    {
        if (!_files.TryGetValue(type.Assembly, out var members))
        {
            var path = Path.ChangeExtension(type.Assembly.Location, ".xml");
            members = File.Exists(path)
                ? XDocument
                    .Load(path)
                    .Descendants("member")
                    .ToDictionary(member => (string)member.Attribute("name")!, StringComparer.Ordinal)
                : [];
            _files.Add(type.Assembly, members);
        }
        return members.GetValueOrDefault(name);
    }

    private static string? Text(XElement? element)
    {
        if (element is null)
        {
            return null;
        }
        foreach (var reference in element.Descendants().Where(child => child.Attribute("cref") is not null).ToList())
        {
            reference.Value = ((string)reference.Attribute("cref")!).Split('.')[^1];
        }
        return Spaces().Replace(element.Value, " ").Trim();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
