using System.Text.Json;
using PerfGate.Core.Admission;
using PerfGate.Core.Schedules;

namespace PerfGate.Core.Requests;

/// <summary>Reads definitions of tests, by the same rules as requests for runs (<see cref="RequestReader"/>).</summary>
public static class TestDefinitionReader
{
    /// <summary>Longest name of a test, characters.</summary>
    public const int LongestName = 100;

    private static readonly string[] Known =
    [
        "name",
        "testType",
        "environment",
        "configuration",
        "schedule",
        Confirmation.Field,
    ];

    /// <summary>Reads <c>{name?, testType, environment, configuration, schedule?, confirmEnvironment?}</c>.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="limits">What may be asked for.</param>
    public static Validated<TestDefinition> Read(ReadOnlyMemory<byte> json, Limits limits) =>
        RequestDocument.Read(
            json,
            limits,
            (root, errors) =>
            {
                var fields = FieldReader.Open(root, "", errors, Known)!;
                var name = fields.KeptText("name", LongestName, "a text");
                var request = RequestReader.Read(fields, limits, errors);
                var schedule = fields.Raw("schedule") is { ValueKind: not JsonValueKind.Null } value
                    ? ScheduleReader.Read(value, "schedule", request?.TestType, errors)
                    : null;
                var confirmed = Confirmation.Read(fields);
                return request is null
                    ? null
                    : new TestDefinition(name, request, schedule) { ConfirmEnvironment = confirmed };
            }
        );

    /// <summary>Reads a <c>configuration</c> that stands alone, for a test of a known type.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="type">The test's type: ranges depend on it.</param>
    /// <param name="limits">What may be asked for.</param>
    public static Validated<TestConfiguration> ReadConfiguration(
        ReadOnlyMemory<byte> json,
        TestType type,
        Limits limits
    ) => RequestDocument.Read(json, limits, (root, errors) => ConfigurationReader.Read(root, "", type, limits, errors));
}
