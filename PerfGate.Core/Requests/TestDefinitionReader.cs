using PerfGate.Core.Admission;

namespace PerfGate.Core.Requests;

/// <summary>Reads definitions of tests, by the same rules as requests for runs (<see cref="RequestReader"/>).</summary>
public static class TestDefinitionReader
{
    /// <summary>Longest name of a test, characters.</summary>
    public const int LongestName = 100;

    /// <summary>Reads <c>{name?, testType, environment, configuration}</c>.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="limits">What may be asked for.</param>
    public static Validated<TestDefinition> Read(ReadOnlyMemory<byte> json, Limits limits) =>
        RequestDocument.Read(
            json,
            limits,
            (root, errors) =>
            {
                var fields = FieldReader.Open(root, "", errors, "name", "testType", "environment", "configuration")!;
                var name = fields.Text("name", LongestName, "a text");
                return RequestReader.Read(fields, limits, errors) is { } request
                    ? new TestDefinition(name, request)
                    : null;
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
