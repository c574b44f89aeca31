using System.Globalization;
using System.Net.Mail;

namespace PerfGate.Demo;

internal static class FormEndpoints
{
    private const string FormId = "enquiry";
    private const int LongestName = 100;
    private const int LongestMessage = 2000;

    private static readonly PreparedJson Schema = PreparedJson.Of(
        SyntheticData.EnquiryForm,
        DemoJson.Default.FormSchema
    );
    private static long _submissions;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/forms/{formId}", (string formId) => formId == FormId ? Schema : Results.NotFound());
        routes.MapPost(
            "/api/forms/{formId}/submissions",
            (string formId, Submission submission) =>
            {
                if (formId != FormId)
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
        CheckName("firstName", submission.FirstName);
        CheckName("lastName", submission.LastName);
        if (!MailAddress.TryCreate(submission.Email, out var address) || address.Address != submission.Email)
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
        if (submission.Message is { Length: > LongestMessage })
        {
            errors["message"] = FormattableString.Invariant($"is longer than {LongestMessage} characters");
        }
        return errors;

        void CheckName(string field, string? name)
        {
            if (string.IsNullOrWhiteSpace(name))
            {
                errors[field] = "is missing";
            }
            else if (name.Length > LongestName)
            {
                errors[field] = FormattableString.Invariant($"is longer than {LongestName} characters");
            }
        }
    }
}
