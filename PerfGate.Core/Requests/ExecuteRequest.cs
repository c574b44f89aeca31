using System.Text.Json;

namespace PerfGate.Core.Requests;

/// <summary>What an execute asks for: a run described whole, or a run of a stored test.</summary>
public abstract record ExecuteRequest
{
    private ExecuteRequest() { }

    /// <summary>The environment, named a second time; null where it was not.</summary>
    public string? ConfirmEnvironment { get; init; }

    /// <summary><c>{testType, configuration, environment}</c>.</summary>
    public sealed record Whole(RunRequest Request) : ExecuteRequest;

    /// <summary><c>{testDefinitionId, overrides?}</c>.</summary>
    /// <param name="TestDefinitionId">The stored test.</param>
    /// <param name="Overrides">
    /// What this run does otherwise: a merge patch (RFC 7396) on the stored configuration, an object; null for nothing.
    /// </param>
    public sealed record OfDefinition(Guid TestDefinitionId, JsonElement? Overrides) : ExecuteRequest;
}
