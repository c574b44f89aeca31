using System.Globalization;

namespace PerfGate.Demo;

internal static class FormEndpoints
{
    private static long _submissions;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(
            "/api/forms/{formId}",
            (string formId) => formId == "enquiry" ? Results.Ok(SyntheticData.Enquiry) : Results.NotFound()
        );
        routes.MapPost(
            "/api/forms/{formId}/submissions",
            (string formId, Submission submission) =>
            {
                if (formId != "enquiry")
                {
                    return Results.NotFound();
                }
                var errors = Errors(submission);
                if (errors.Count > 0)
                {
                    return Results.UnprocessableEntity(new FieldProblems(errors));
                }
                var id = FormattableString.Invariant($"submission-{Interlocked.Increment(ref _submissions)}");
                return Results.Created($"/api/forms/enquiry/submissions/{id}", new Receipt(id));
            }
        );
    }

    private static Dictionary<string, string> Errors(Submission submission)
    {
        var errors = new Dictionary<string, string>();
        if (string.IsNullOrWhiteSpace(submission.FirstName))
        {
            errors["firstName"] = "is missing";
        }
        if (string.IsNullOrWhiteSpace(submission.LastName))
        {
            errors["lastName"] = "is missing";
        }
        if (
            submission.Email is not { } email
            || email.IndexOf('@', StringComparison.Ordinal) is < 1
            || email.EndsWith('@')
        )
        {
            errors["email"] = "is no e-mail address";
        }
        if (
            !DateOnly.TryParseExact(
                submission.WeddingDate,
                "yyyy-MM-dd",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out _
            )
        )
        {
            errors["weddingDate"] = "is no date such as 2030-06-14";
        }
        if (submission.Guests is not (>= 1 and <= 500))
        {
            errors["guests"] = "must be from 1 to 500";
        }
        return errors;
    }
}
