using System.Text.Json.Serialization;
using PerfGate.Core.Requests;

namespace PerfGate.Core.Thresholds;

/// <summary>Which bound ended a load early.</summary>
[JsonConverter(typeof(LowerCaseEnumConverter<EarlyStopKind>))]
public enum EarlyStopKind
{
    /// <summary>Too many requests failed.</summary>
    ErrorRate,

    /// <summary>Requests took too long.</summary>
    ResponseTime,
}
