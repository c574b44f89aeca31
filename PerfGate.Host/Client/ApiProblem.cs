using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using PerfGate.Core.Requests;

namespace PerfGate.Host.Client;

/// <summary>A refusal of the server (RFC 9457).</summary>
/// <param name="Title">What kind of refusal.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Detail">What this one is about.</param>
/// <param name="Errors">The fields that cannot be used; empty where it is not about fields.</param>
public sealed record ApiProblem(string Title, int Status, string? Detail, IReadOnlyList<FieldError> Errors)
{
    /// <summary>Whether the same request may succeed a little later.</summary>
    [JsonIgnore]
    public bool IsPassing => Status is 408 or 429 || Status >= 500;

    /// <summary>Reads an answer that is no success, whether or not it is a problem document.</summary>
    public static async Task<ApiProblem> ReadAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var title = answer.ReasonPhrase ?? answer.StatusCode.ToString();
        var status = (int)answer.StatusCode;
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        try
        {
            if (
                answer.Content.Headers.ContentType?.MediaType is { } type
                && type.EndsWith("json", StringComparison.Ordinal)
                && JsonSerializer.Deserialize<Document>(text, RunJson.Options) is { } told
            )
            {
                return new ApiProblem(told.Title ?? title, status, told.Detail, told.Errors ?? []);
            }
        }
        catch (JsonException)
        {
            // Something between here and the server may answer for it, in a form of its own.
        }
        return new ApiProblem(title, status, Meaning(answer.StatusCode), []);
    }

    private static string? Meaning(HttpStatusCode status) =>
        status switch
        {
            HttpStatusCode.Unauthorized =>
                "The server does not believe the token: it is missing, expired or another's.",
            HttpStatusCode.Forbidden => "The token's role does not allow this.",
            HttpStatusCode.NotFound => "The server does not know this route: is it PerfGate's, and not an older one?",
            _ => null,
        };

    private sealed record Document(string? Title, string? Detail, IReadOnlyList<FieldError>? Errors);
}

/// <summary>The server refused; why is told by <see cref="Problem"/>.</summary>
public sealed class ApiProblemException(ApiProblem problem)
    : HttpRequestException(Sentence(problem), null, (HttpStatusCode)problem.Status)
{
    /// <summary>What it said.</summary>
    public ApiProblem Problem => problem;

    private static string Sentence(ApiProblem problem)
    {
        var fields = problem.Errors.Select(error => $"{error.Field} {error.Problem} (allowed: {error.Allowed})");
        return FormattableString
            .Invariant(
                $"The server answered {problem.Status}, {problem.Title}. {problem.Detail} {string.Join("; ", fields)}"
            )
            .TrimEnd();
    }
}
