using System.Text.Json.Serialization;

namespace PerfGate.Core.Requests;

/// <summary>The shape of load a test applies. Written in lower case in JSON and in the database.</summary>
[JsonConverter(typeof(LowerCaseEnumConverter<TestType>))]
public enum TestType
{
    /// <summary>Expected traffic: ramp, steady, ramp down.</summary>
    Load,

    /// <summary>Steps upwards until the target breaks or the top is reached.</summary>
    Stress,

    /// <summary>A sudden jump, and the recovery after it.</summary>
    Spike,

    /// <summary>Long, steady, low variance: finds leaks and drift.</summary>
    Endurance,
}

/// <summary>Where a test may be aimed. Written in lower case in JSON and in the database.</summary>
[JsonConverter(typeof(LowerCaseEnumConverter<TargetEnvironment>))]
public enum TargetEnvironment
{
    /// <summary>The rehearsal platform: the default place for load.</summary>
    Staging,

    /// <summary>The platform that real couples and suppliers use.</summary>
    Production,
}
