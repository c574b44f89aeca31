using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using PerfGate.Core;
using PerfGate.Core.Requests;

namespace PerfGate.Tests.Runs;

public sealed class RunErrorTests
{
    public static TheoryData<Type> Kinds =>
        [.. typeof(RunError).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(RunError)))];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_error_travels_as_JSON_by_its_code(Type kind)
    {
        var error = (RunError)
            Activator.CreateInstance(kind, [.. kind.GetConstructors().Single().GetParameters().Select(ValueOf)])!;
        var known = typeof(RunError)
            .GetCustomAttributes<JsonDerivedTypeAttribute>()
            .Single(attribute => attribute.DerivedType == kind);

        var arrived = JsonSerializer.Deserialize<RunError>(
            JsonSerializer.Serialize(error, RunJson.Options),
            RunJson.Options
        );

        Assert.Equal(error.Code, known.TypeDiscriminator);
        Assert.Equal(error, arrived);
    }

    private static object ValueOf(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(string) ? "something"
        : parameter.ParameterType == typeof(TimeSpan) ? TimeSpan.FromSeconds(90)
        : Convert.ChangeType(7, parameter.ParameterType, System.Globalization.CultureInfo.InvariantCulture);
}
