using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Http.OpenApi;

/// <summary>
/// JSON schemas of answers, one for each record, made from how they are serialized and from their documentation. A member
/// that may be null is left out of the JSON then, and so is not required here.
/// </summary>
internal sealed class AnswerSchemas(string prefix)
{
    private readonly Dictionary<string, Type> _records = [];
    private readonly Queue<Type> _open = new();
    private readonly XmlDocumentation _documentation = new();

    /// <summary>Schemas of the types and of every record they hold, by name.</summary>
    public IEnumerable<(string Name, JsonNode Schema)> Describe(IEnumerable<Type> types)
    {
        foreach (var type in types)
        {
            Reference(type);
        }
        while (_open.TryDequeue(out var type))
        {
            var options = new JsonSchemaExporterOptions
            {
                TreatNullObliviousAsNonNullable = true,
                TransformSchemaNode = Transform,
            };
            yield return (type.Name, RunJson.Options.GetJsonSchemaAsNode(type, options));
        }
    }

    private JsonNode Transform(JsonSchemaExporterContext context, JsonNode schema)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        var node = Describe(context, type, schema);
        if (_documentation.Of(context.PropertyInfo) is { } summary && node is JsonObject described)
        {
            described["description"] = summary;
        }
        return node;
    }

    private JsonNode Describe(JsonSchemaExporterContext context, Type type, JsonNode schema)
    {
        if (type.IsEnum)
        {
            var names = Enum.GetValuesAsUnderlyingType(type)
                .Cast<object>()
                .Select(value => JsonSerializer.SerializeToNode(Enum.ToObject(type, value), type, RunJson.Options));
            return new JsonObject { ["enum"] = new JsonArray([.. names]) };
        }
        if (Plain(type) is { } plain)
        {
            return plain;
        }
        if (!IsRecord(type) || context.TypeInfo.Kind != JsonTypeInfoKind.Object)
        {
            return IsWrittenAsNull(context.PropertyInfo) ? schema : WithoutNull(schema);
        }
        if (context.PropertyInfo is not null || !context.Path.IsEmpty)
        {
            return Reference(type);
        }
        return Record(context.TypeInfo, type, schema.AsObject());
    }

    private JsonObject Record(JsonTypeInfo typeInfo, Type type, JsonObject schema)
    {
        var required = typeInfo
            .Properties.Where(property =>
                property.Get is not null && (!property.IsGetNullable || IsWrittenAsNull(property))
            )
            .Select(property => JsonValue.Create(property.Name));
        schema["type"] = "object";
        schema["required"] = new JsonArray([.. required]);
        if (_documentation.Of(type) is { } summary)
        {
            schema["description"] = summary;
        }
        return schema;
    }

    private JsonObject Reference(Type type)
    {
        if (_records.TryAdd(type.Name, type))
        {
            _open.Enqueue(type);
        }
        else if (_records[type.Name] != type)
        {
            throw new InvalidOperationException($"Two answers are called {type.Name}.");
        }
        return new JsonObject { ["$ref"] = prefix + type.Name };
    }

    private static bool IsRecord(Type type) =>
        type.Namespace?.StartsWith("PerfGate.", StringComparison.Ordinal) == true;

    private static JsonObject? Plain(Type type) =>
        type == typeof(Guid) ? new JsonObject { ["type"] = "string", ["format"] = "uuid" }
        : type == typeof(DateTimeOffset) ? new JsonObject { ["type"] = "string", ["format"] = "date-time" }
        : type == typeof(Uri) ? new JsonObject { ["type"] = "string", ["format"] = "uri" }
        : type == typeof(TimeSpan) ? new JsonObject { ["type"] = "string" }
        : type == typeof(int) || type == typeof(long) ? new JsonObject { ["type"] = "integer" }
        : type == typeof(double) ? new JsonObject { ["type"] = "number" }
        : null;

    private static bool IsWrittenAsNull(JsonPropertyInfo? property) =>
        property?.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: true)
            is [JsonIgnoreAttribute { Condition: JsonIgnoreCondition.Never }];

    // What is null is left out.
    private static JsonNode WithoutNull(JsonNode schema)
    {
        if (schema is JsonObject node && node["type"] is JsonArray types)
        {
            node["type"] = types.Single(type => type!.GetValue<string>() != "null")!.DeepClone();
        }
        return schema;
    }
}
