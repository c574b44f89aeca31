using System.Text.Json;
using PerfGate.Core.Admission;

namespace PerfGate.Core.Requests;

/// <summary>Reads <c>{testType, configuration, environment}</c> as a caller sends it.</summary>
public static class RequestReader
{
    /// <summary>
    /// Reads a request strictly: unknown fields, wrong types, repeated names and values out of range are errors, and all of
    /// them (up to a hundred) are told at once. What is read can be planned (<c>LoadPlanner.Plan</c>) without a further check.
    /// </summary>
    /// <remarks>A confirmation of the environment may be there; whether it must be is decided where a load begins.</remarks>
    /// <param name="json">UTF-8.</param>
    /// <param name="limits">What may be asked for.</param>
    public static Validated<RunRequest> Read(ReadOnlyMemory<byte> json, Limits limits) =>
        RequestDocument.Read(json, limits, (root, errors) => Read(root, limits, errors, needsTarget: true));

    /// <summary>
    /// Reads the request of a load that was made elsewhere: the same, but that it need not name its target
    /// (<see cref="TestConfiguration.UnknownTarget"/>).
    /// </summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="limits">What may be asked for.</param>
    public static Validated<RunRequest> ReadImported(ReadOnlyMemory<byte> json, Limits limits) =>
        RequestDocument.Read(json, limits, (root, errors) => Read(root, limits, errors, needsTarget: false));

    private static RunRequest? Read(JsonElement root, Limits limits, ErrorList errors, bool needsTarget) =>
        FieldReader.Open(root, "", errors, "testType", "configuration", "environment", Confirmation.Field) is { } fields
            ? Read(fields, limits, errors, needsTarget)
            : null;

    /// <summary>The three fields, of an object that may have others.</summary>
    internal static RunRequest? Read(FieldReader fields, Limits limits, ErrorList errors, bool needsTarget = true)
    {
        var type = fields.Choice<TestType>("testType");
        var environment = fields.Choice<TargetEnvironment>("environment");
        // A load that was made elsewhere does no more harm here.
        var own =
            !needsTarget ? limits with { RequestsPerSecond = int.MaxValue }
            : environment is { } there ? limits.On(there)
            : limits;
        var configuration = fields.Raw("configuration", "an object with at least baseUrl") is { } value
            ? ConfigurationReader.Read(value, fields.At("configuration"), type, own, errors, needsTarget)
            : null;
        return type is null || environment is null || configuration is null
            ? null
            : new RunRequest(type.Value, configuration, environment.Value);
    }
}
