using System.Text.Json;
using PerfGate.Core.Admission;

namespace PerfGate.Core.Requests;

/// <summary>Reads the body of an execute, in either of its two forms.</summary>
public static class ExecuteReader
{
    private static readonly string[] OfWhole = ["testType", "configuration", "environment"];
    private const string EitherForm =
        "either testDefinitionId (and overrides), or testType, configuration and environment";

    /// <summary>Reads it as strictly as <see cref="RequestReader"/>. Overrides are read when they are merged.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="limits">What may be asked for.</param>
    public static Validated<ExecuteRequest> Read(ReadOnlyMemory<byte> json, Limits limits) =>
        RequestDocument.Read(json, limits, (root, errors) => Read(root, limits, errors));

    /// <summary>
    /// A run of a stored test: its configuration with the overrides merged over it, read as a whole by the rules of today. Errors
    /// name fields under <c>overrides</c>, or under <c>configuration</c> where there are none.
    /// </summary>
    /// <param name="stored">What a run of the test asks for.</param>
    /// <param name="overrides">A merge patch, an object; null for none.</param>
    /// <param name="limits">What may be asked for.</param>
    public static Validated<RunRequest> Merge(RunRequest stored, JsonElement? overrides, Limits limits)
    {
        var merged = JsonSerializer.SerializeToNode(stored.Configuration, RunJson.Options);
        if (overrides is { } patch)
        {
            merged = MergePatch.Apply(merged, patch);
        }
        var errors = new ErrorList();
        var configuration = ConfigurationReader.Read(
            JsonSerializer.SerializeToElement(merged, RunJson.Options),
            overrides is null ? "configuration" : "overrides",
            stored.TestType,
            limits.On(stored.Environment),
            errors
        );
        return errors.IsEmpty
            ? Validated<RunRequest>.Ok(stored with { Configuration = configuration! })
            : Validated<RunRequest>.Refused(errors.Told());
    }

    private static ExecuteRequest? Read(JsonElement root, Limits limits, ErrorList errors)
    {
        var fields = FieldReader.Open(
            root,
            "",
            errors,
            [.. OfWhole, "testDefinitionId", "overrides", Confirmation.Field]
        )!;
        var confirmed = Confirmation.Read(fields);
        var whole = OfWhole.Where(fields.Has).ToArray();
        if (fields.Has("testDefinitionId") || (fields.Has("overrides") && whole.Length == 0))
        {
            if (whole.Length > 0)
            {
                fields.Refuse("testDefinitionId", $"is given together with {string.Join(", ", whole)}", EitherForm);
            }
            return OfDefinition(fields, confirmed);
        }
        if (fields.Has("overrides"))
        {
            fields.Refuse("overrides", "is given without testDefinitionId", EitherForm);
        }
        return RequestReader.Read(fields, limits, errors) is { } request
            ? new ExecuteRequest.Whole(request) { ConfirmEnvironment = confirmed }
            : null;
    }

    private static ExecuteRequest.OfDefinition? OfDefinition(FieldReader fields, string? confirmed)
    {
        const string idForm = "the id of a stored test, a UUID";
        var overrides = fields.Raw("overrides");
        if (overrides is { ValueKind: not JsonValueKind.Object } other)
        {
            fields.Refuse("overrides", $"is {FieldReader.Kind(other)}", "a part of a configuration, a JSON object");
        }
        if (fields.Text("testDefinitionId", 100, idForm, required: true) is not { } text)
        {
            return null;
        }
        if (Guid.TryParseExact(text, "D", out var id))
        {
            return new ExecuteRequest.OfDefinition(id, overrides?.Clone()) { ConfirmEnvironment = confirmed };
        }
        fields.Refuse("testDefinitionId", $"is \"{FieldPath.Shown(text)}\"", idForm);
        return null;
    }
}
