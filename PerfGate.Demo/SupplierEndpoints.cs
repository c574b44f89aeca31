using System.Globalization;

namespace PerfGate.Demo;

internal static class SupplierEndpoints
{
    private const string Password = "synthetic-password";
    private const string TokenPrefix = "Bearer demo-";
    private const string Domain = "@suppliers.example.com";

    private static readonly PreparedJson[] Dashboards =
    [
        .. Enumerable
            .Range(1, SyntheticData.Suppliers)
            .Select(supplier => PreparedJson.Of(SyntheticData.DashboardOf(supplier), DemoJson.Default.Dashboard)),
    ];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(
            "/api/suppliers/login",
            (LoginRequest login) =>
                SupplierOf(login.Email) is { } supplier && login.Password == Password
                    ? Results.Ok(new LoginAnswer(FormattableString.Invariant($"demo-{supplier}"), supplier))
                    : Results.Unauthorized()
        );
        routes.MapGet(
            "/api/suppliers/dashboard",
            async (HttpContext context, Misbehaviour misbehaviour) =>
            {
                var token = context.Request.Headers.Authorization.ToString();
                if (
                    !token.StartsWith(TokenPrefix, StringComparison.Ordinal)
                    || Number(token[TokenPrefix.Length..]) is not { } supplier
                )
                {
                    return Results.Unauthorized();
                }
                await misbehaviour.QueryDashboardAsync(context.RequestAborted);
                return Dashboards[supplier - 1];
            }
        );
    }

    private static int? SupplierOf(string? email) =>
        email is not null
        && email.StartsWith("supplier-", StringComparison.Ordinal)
        && email.EndsWith(Domain, StringComparison.Ordinal)
            ? Number(email["supplier-".Length..^Domain.Length])
            : null;

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number is >= 1 and <= SyntheticData.Suppliers
            ? number
            : null;
}
